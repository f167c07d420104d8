// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {ShareToken} from "./ShareToken.sol";

/// STAND-IN for Lido's stETH, whose source is not on npm.
///
/// Same: the signatures, the events and the arithmetic of shares. Different: all ether stays here instead of with
/// validators, anybody may pay rewards, which go to the holders without a fee, and there are no limits and no pause.
contract StEthStandIn is ShareToken {
  address private _withdrawalQueue;

  event Submitted(address indexed sender, uint256 amount, address referral);
  event ELRewardsReceived(uint256 amount);

  constructor() ShareToken("Liquid staked Ether 2.0", "stETH") {}

  receive() external payable {
    submit(address(0));
  }

  function submit(address _referral) public payable returns (uint256 shares) {
    require(msg.value != 0, "ZERO_DEPOSIT");
    shares = _sharesOf(msg.value, address(this).balance - msg.value);
    emit Submitted(msg.sender, msg.value, _referral);
    _mintShares(msg.sender, shares);
  }

  /// In Lido only a vault of Lido's may pay.
  function receiveELRewards() external payable {
    emit ELRewardsReceived(msg.value);
  }

  function sharesOf(address _account) external view returns (uint256) {
    return _shares[_account];
  }

  function getTotalShares() external view returns (uint256) {
    return _totalShares;
  }

  function getTotalPooledEther() external view returns (uint256) {
    return _pooledEther();
  }

  function getPooledEthByShares(uint256 _sharesAmount) external view returns (uint256) {
    return _etherOf(_sharesAmount);
  }

  function getSharesByPooledEth(uint256 _ethAmount) external view returns (uint256) {
    return _sharesOf(_ethAmount);
  }

  /// Not in Lido: the queue is told once.
  function setWithdrawalQueue(address withdrawalQueue) external {
    require(_withdrawalQueue == address(0), "Already set");
    _withdrawalQueue = withdrawalQueue;
  }

  /// Not in Lido, where an oracle's report sends the ether and has the shares burnt.
  function payWithdrawals(uint256 amount, uint256 shares) external {
    require(msg.sender == _withdrawalQueue, "APP_AUTH_FAILED");
    _burnShares(msg.sender, shares);
    (bool sent, ) = msg.sender.call{value: amount}("");
    require(sent, "the ether is not taken");
  }

  function _pooledEther() internal view override returns (uint256) {
    return address(this).balance;
  }
}

/// STAND-IN for Lido's wstETH, which it is the same as but for its permits.
contract WstEthStandIn is ERC20 {
  StEthStandIn public immutable stETH;

  constructor(StEthStandIn stETH_) ERC20("Wrapped liquid staked Ether 2.0", "wstETH") {
    stETH = stETH_;
  }

  receive() external payable {
    _mint(msg.sender, stETH.submit{value: msg.value}(address(0)));
  }

  function wrap(uint256 _stETHAmount) external returns (uint256 wstETHAmount) {
    require(_stETHAmount > 0, "wstETH: can't wrap zero stETH");
    wstETHAmount = stETH.getSharesByPooledEth(_stETHAmount);
    _mint(msg.sender, wstETHAmount);
    stETH.transferFrom(msg.sender, address(this), _stETHAmount);
  }

  function unwrap(uint256 _wstETHAmount) external returns (uint256 stETHAmount) {
    require(_wstETHAmount > 0, "wstETH: zero amount unwrap not allowed");
    stETHAmount = stETH.getPooledEthByShares(_wstETHAmount);
    _burn(msg.sender, _wstETHAmount);
    stETH.transfer(msg.sender, stETHAmount);
  }

  function getWstETHByStETH(uint256 _stETHAmount) external view returns (uint256) {
    return stETH.getSharesByPooledEth(_stETHAmount);
  }

  function getStETHByWstETH(uint256 _wstETHAmount) external view returns (uint256) {
    return stETH.getPooledEthByShares(_wstETHAmount);
  }

  function stEthPerToken() external view returns (uint256) {
    return stETH.getPooledEthByShares(1 ether);
  }

  function tokensPerStEth() external view returns (uint256) {
    return stETH.getSharesByPooledEth(1 ether);
  }
}

/// STAND-IN for Lido's WithdrawalQueueERC721.
///
/// Same: the signatures, the events, the limits and what is refused. Different: anybody may finalize, at the rate of the
/// moment and with stETH's ether; there are no permits, no pause, no bunker mode and no images for the NFTs.
contract WithdrawalQueueStandIn is ERC721 {
  struct Request {
    uint256 amountOfStETH;
    uint256 amountOfShares;
    uint256 amountOfETH;
    uint256 timestamp;
    address claimedBy;
  }

  struct WithdrawalRequestStatus {
    uint256 amountOfStETH;
    uint256 amountOfShares;
    address owner;
    uint256 timestamp;
    bool isFinalized;
    bool isClaimed;
  }

  uint256 public constant MIN_STETH_WITHDRAWAL_AMOUNT = 100;
  uint256 public constant MAX_STETH_WITHDRAWAL_AMOUNT = 1000 ether;

  StEthStandIn public immutable STETH;
  WstEthStandIn public immutable WSTETH;

  uint256 public getLastRequestId;
  uint256 public getLastFinalizedRequestId;
  mapping(uint256 requestId => Request) private _requests;
  /// The first request of each finalization; hints are their numbers, from one.
  uint256[] private _checkpoints;

  event WithdrawalRequested(
    uint256 indexed requestId,
    address indexed requestor,
    address indexed owner,
    uint256 amountOfStETH,
    uint256 amountOfShares
  );
  event WithdrawalsFinalized(
    uint256 indexed from,
    uint256 indexed to,
    uint256 amountOfETHLocked,
    uint256 sharesToBurn,
    uint256 timestamp
  );
  event WithdrawalClaimed(
    uint256 indexed requestId,
    address indexed owner,
    address indexed receiver,
    uint256 amountOfETH
  );

  error RequestAmountTooSmall(uint256 _amountOfStETH);
  error RequestAmountTooLarge(uint256 _amountOfStETH);
  error InvalidRequestId(uint256 _requestId);
  error InvalidHint(uint256 _hint);
  error ArraysLengthMismatch(uint256 _firstArrayLength, uint256 _secondArrayLength);
  error RequestNotFoundOrNotFinalized(uint256 _requestId);
  error RequestAlreadyClaimed(uint256 _requestId);
  error NotOwner(address _sender, address _owner);
  error CantSendValueRecipientMayHaveReverted();

  constructor(WstEthStandIn wstETH) ERC721("Lido: stETH Withdrawal NFT", "unstETH") {
    WSTETH = wstETH;
    STETH = wstETH.stETH();
  }

  /// From stETH, when requests are finalized.
  receive() external payable {
    require(msg.sender == address(STETH), "only stETH pays");
  }

  // Requests

  function requestWithdrawals(
    uint256[] calldata _amounts,
    address _owner
  ) external returns (uint256[] memory requestIds) {
    requestIds = new uint256[](_amounts.length);
    for (uint256 i = 0; i < _amounts.length; i++) {
      _checkAmount(_amounts[i]);
      STETH.transferFrom(msg.sender, address(this), _amounts[i]);
      requestIds[i] = _enqueue(_amounts[i], _owner);
    }
  }

  function requestWithdrawalsWstETH(
    uint256[] calldata _amounts,
    address _owner
  ) external returns (uint256[] memory requestIds) {
    requestIds = new uint256[](_amounts.length);
    for (uint256 i = 0; i < _amounts.length; i++) {
      WSTETH.transferFrom(msg.sender, address(this), _amounts[i]);
      uint256 amount = WSTETH.unwrap(_amounts[i]);
      _checkAmount(amount);
      requestIds[i] = _enqueue(amount, _owner);
    }
  }

  function getWithdrawalStatus(
    uint256[] calldata _requestIds
  ) external view returns (WithdrawalRequestStatus[] memory statuses) {
    statuses = new WithdrawalRequestStatus[](_requestIds.length);
    for (uint256 i = 0; i < _requestIds.length; i++) {
      uint256 id = _requestIds[i];
      if (id == 0 || id > getLastRequestId) revert InvalidRequestId(id);
      Request storage request = _requests[id];
      bool isClaimed = request.claimedBy != address(0);
      statuses[i] = WithdrawalRequestStatus(
        request.amountOfStETH,
        request.amountOfShares,
        isClaimed ? request.claimedBy : ownerOf(id),
        request.timestamp,
        id <= getLastFinalizedRequestId,
        isClaimed
      );
    }
  }

  function getWithdrawalRequests(address _owner) external view returns (uint256[] memory requestsIds) {
    requestsIds = new uint256[](balanceOf(_owner));
    uint256 found = 0;
    for (uint256 id = 1; id <= getLastRequestId; id++) {
      if (_ownerOf(id) == _owner) requestsIds[found++] = id;
    }
  }

  // Finalization

  /// In Lido only stETH may do this, and pays for it. The rate is not looked at.
  function finalize(uint256 _lastRequestIdToBeFinalized, uint256) external {
    uint256 first = getLastFinalizedRequestId + 1;
    if (_lastRequestIdToBeFinalized < first || _lastRequestIdToBeFinalized > getLastRequestId) {
      revert InvalidRequestId(_lastRequestIdToBeFinalized);
    }
    uint256 amount = 0;
    uint256 shares = 0;
    for (uint256 id = first; id <= _lastRequestIdToBeFinalized; id++) {
      Request storage request = _requests[id];
      // A queued request earns nothing more, but it does take part in a loss.
      uint256 worth = STETH.getPooledEthByShares(request.amountOfShares);
      request.amountOfETH = worth < request.amountOfStETH ? worth : request.amountOfStETH;
      amount += request.amountOfETH;
      shares += request.amountOfShares;
    }
    _checkpoints.push(first);
    getLastFinalizedRequestId = _lastRequestIdToBeFinalized;
    STETH.payWithdrawals(amount, shares);
    emit WithdrawalsFinalized(first, _lastRequestIdToBeFinalized, amount, shares, block.timestamp);
  }

  function getLastCheckpointIndex() external view returns (uint256) {
    return _checkpoints.length;
  }

  function findCheckpointHints(
    uint256[] calldata _requestIds,
    uint256 _firstIndex,
    uint256 _lastIndex
  ) external view returns (uint256[] memory hintIds) {
    hintIds = new uint256[](_requestIds.length);
    for (uint256 i = 0; i < _requestIds.length; i++) {
      for (uint256 hint = _firstIndex; hint <= _lastIndex; hint++) {
        if (_isHint(hint, _requestIds[i])) hintIds[i] = hint;
      }
    }
  }

  // Claims

  function claimWithdrawal(uint256 _requestId) external {
    _claim(_requestId);
  }

  function claimWithdrawals(uint256[] calldata _requestIds, uint256[] calldata _hints) external {
    if (_requestIds.length != _hints.length) revert ArraysLengthMismatch(_requestIds.length, _hints.length);
    for (uint256 i = 0; i < _requestIds.length; i++) {
      if (_requestIds[i] <= getLastFinalizedRequestId && !_isHint(_hints[i], _requestIds[i])) {
        revert InvalidHint(_hints[i]);
      }
      _claim(_requestIds[i]);
    }
  }

  // Internals

  function _checkAmount(uint256 amount) private pure {
    if (amount < MIN_STETH_WITHDRAWAL_AMOUNT) revert RequestAmountTooSmall(amount);
    if (amount > MAX_STETH_WITHDRAWAL_AMOUNT) revert RequestAmountTooLarge(amount);
  }

  function _enqueue(uint256 amount, address owner) private returns (uint256 id) {
    if (owner == address(0)) owner = msg.sender;
    id = ++getLastRequestId;
    uint256 shares = STETH.getSharesByPooledEth(amount);
    _requests[id] = Request(amount, shares, 0, block.timestamp, address(0));
    emit WithdrawalRequested(id, msg.sender, owner, amount, shares);
    _mint(owner, id);
  }

  function _isHint(uint256 hint, uint256 id) private view returns (bool) {
    if (hint == 0 || hint > _checkpoints.length || id > getLastFinalizedRequestId) return false;
    return _checkpoints[hint - 1] <= id && (hint == _checkpoints.length || id < _checkpoints[hint]);
  }

  function _claim(uint256 id) private {
    if (id == 0) revert InvalidRequestId(id);
    if (id > getLastFinalizedRequestId) revert RequestNotFoundOrNotFinalized(id);
    Request storage request = _requests[id];
    if (request.claimedBy != address(0)) revert RequestAlreadyClaimed(id);
    address owner = ownerOf(id);
    if (owner != msg.sender) revert NotOwner(msg.sender, owner);
    request.claimedBy = owner;
    (bool sent, ) = owner.call{value: request.amountOfETH}("");
    if (!sent) revert CantSendValueRecipientMayHaveReverted();
    emit WithdrawalClaimed(id, owner, owner, request.amountOfETH);
    _burn(id);
  }
}
