// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ShareToken} from "./ShareToken.sol";

/// STAND-IN for ether.fi's eETH: a token of its LiquidityPool's shares, without permits and a blacklist.
contract EEthStandIn is ShareToken {
  LiquidityPoolStandIn public immutable liquidityPool;

  constructor() ShareToken("ether.fi ETH", "eETH") {
    liquidityPool = LiquidityPoolStandIn(payable(msg.sender));
  }

  function shares(address user) external view returns (uint256) {
    return _shares[user];
  }

  function totalShares() external view returns (uint256) {
    return _totalShares;
  }

  function mintShares(address _user, uint256 _share) external {
    require(msg.sender == address(liquidityPool), "Only pool contract function");
    _mintShares(_user, _share);
  }

  function _pooledEther() internal view override returns (uint256) {
    return liquidityPool.getTotalPooledEther();
  }
}

/// STAND-IN for ether.fi's LiquidityPool, whose source is not on npm.
///
/// Same: the signatures, the event and the arithmetic of shares. Different: all ether stays here instead of with
/// validators, ether sent without a call is a reward, and nothing can be withdrawn.
contract LiquidityPoolStandIn {
  enum SourceOfFunds {
    UNDEFINED,
    EETH,
    ETHER_FAN,
    DELEGATED_STAKING
  }

  EEthStandIn public immutable eETH = new EEthStandIn();

  event Deposit(address indexed sender, uint256 amount, SourceOfFunds source, address referral);

  error InvalidAmount();

  receive() external payable {}

  function deposit() external payable returns (uint256) {
    return deposit(address(0));
  }

  function deposit(address _referral) public payable returns (uint256 share) {
    if (msg.value == 0) revert InvalidAmount();
    share = _shares(msg.value, address(this).balance - msg.value);
    if (share == 0) revert InvalidAmount();
    eETH.mintShares(msg.sender, share);
    emit Deposit(msg.sender, msg.value, SourceOfFunds.EETH, _referral);
  }

  function getTotalPooledEther() public view returns (uint256) {
    return address(this).balance;
  }

  function amountForShare(uint256 _share) external view returns (uint256) {
    uint256 total = eETH.totalShares();
    return total == 0 ? 0 : (_share * getTotalPooledEther()) / total;
  }

  function sharesForAmount(uint256 _amount) external view returns (uint256) {
    return _shares(_amount, getTotalPooledEther());
  }

  function _shares(uint256 amount, uint256 pooledEther) private view returns (uint256) {
    uint256 total = eETH.totalShares();
    return total == 0 ? amount : (amount * total) / pooledEther;
  }
}

/// STAND-IN for ether.fi's weETH, without permits and a blacklist.
contract WeEthStandIn is ERC20 {
  EEthStandIn public immutable eETH;
  LiquidityPoolStandIn public immutable liquidityPool;

  constructor(LiquidityPoolStandIn liquidityPool_) ERC20("Wrapped eETH", "weETH") {
    liquidityPool = liquidityPool_;
    eETH = liquidityPool_.eETH();
  }

  function wrap(uint256 _eETHAmount) external returns (uint256 weEthAmount) {
    require(_eETHAmount > 0, "weETH: can't wrap zero eETH");
    weEthAmount = liquidityPool.sharesForAmount(_eETHAmount);
    _mint(msg.sender, weEthAmount);
    eETH.transferFrom(msg.sender, address(this), _eETHAmount);
  }

  function unwrap(uint256 _weETHAmount) external returns (uint256 eETHAmount) {
    require(_weETHAmount > 0, "Cannot unwrap a zero amount");
    eETHAmount = liquidityPool.amountForShare(_weETHAmount);
    _burn(msg.sender, _weETHAmount);
    eETH.transfer(msg.sender, eETHAmount);
  }

  function getRate() external view returns (uint256) {
    return liquidityPool.amountForShare(1 ether);
  }

  function getWeETHByeETH(uint256 _eETHAmount) external view returns (uint256) {
    return liquidityPool.sharesForAmount(_eETHAmount);
  }

  function getEETHByWeETH(uint256 _weETHAmount) external view returns (uint256) {
    return liquidityPool.amountForShare(_weETHAmount);
  }
}
