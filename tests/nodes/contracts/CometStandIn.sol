// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// STAND-IN for Compound v3 (Comet), whose source is not on npm. Written from the documented formulas.
///
/// Same as Comet: the signatures, utilisation, the two kinked rate curves, the accrual of both indexes, the rounding
/// of principals and the tracking of rewards, which CometRewardsStandIn pays. Different: there is one borrower without
/// collateral (nothing can be liquidated), no reserves and no price feeds.
contract CometStandIn {
  using SafeCast for uint256;
  using SafeERC20 for IERC20;

  /// Rates per second and kinks, scaled by 1e18.
  struct Curve {
    uint64 kink;
    uint64 base;
    uint64 slopeLow;
    uint64 slopeHigh;
  }

  /// What all suppliers and all borrowers earn a second, scaled by trackingIndexScale, and how much has to be supplied
  /// or borrowed for that, in the base token's smallest unit.
  struct Tracking {
    uint64 supplySpeed;
    uint64 borrowSpeed;
    uint104 minForRewards;
  }

  struct TotalsBasic {
    uint64 baseSupplyIndex;
    uint64 baseBorrowIndex;
    uint64 trackingSupplyIndex;
    uint64 trackingBorrowIndex;
    uint104 totalSupplyBase;
    uint104 totalBorrowBase;
    uint40 lastAccrualTime;
    uint8 pauseFlags;
  }

  /// Positive principals are supplied and negative ones borrowed. The last two are never set here.
  struct UserBasic {
    int104 principal;
    uint64 baseTrackingIndex;
    uint64 baseTrackingAccrued;
    uint16 assetsIn;
    uint8 _reserved;
  }

  error Unauthorized();
  error Paused();
  error NotCollateralized();

  uint64 private constant FACTOR_SCALE = 1e18;
  uint64 private constant BASE_INDEX_SCALE = 1e15;
  uint64 private constant BASE_ACCRUAL_SCALE = 1e6;
  uint256 public constant trackingIndexScale = 1e15;

  address public immutable baseToken;
  uint256 public immutable baseScale;
  uint8 public immutable decimals;
  /// The only account that may owe.
  address public immutable borrower;
  uint256 public immutable baseTrackingSupplySpeed;
  uint256 public immutable baseTrackingBorrowSpeed;
  uint256 public immutable baseMinForRewards;

  Curve private _supplyCurve;
  Curve private _borrowCurve;
  uint64 private _baseSupplyIndex = BASE_INDEX_SCALE;
  uint64 private _baseBorrowIndex = BASE_INDEX_SCALE;
  uint64 private _trackingSupplyIndex;
  uint64 private _trackingBorrowIndex;
  uint104 private _totalSupplyBase;
  uint104 private _totalBorrowBase;
  uint40 private _lastAccrualTime;
  bool public isSupplyPaused;
  bool public isWithdrawPaused;
  mapping(address => UserBasic) public userBasic;

  constructor(
    address baseToken_,
    uint8 decimals_,
    address borrower_,
    Curve memory supplyCurve,
    Curve memory borrowCurve,
    Tracking memory tracking
  ) {
    baseToken = baseToken_;
    decimals = decimals_;
    baseScale = 10 ** decimals_;
    borrower = borrower_;
    _supplyCurve = supplyCurve;
    _borrowCurve = borrowCurve;
    baseTrackingSupplySpeed = tracking.supplySpeed;
    baseTrackingBorrowSpeed = tracking.borrowSpeed;
    baseMinForRewards = tracking.minForRewards;
    _lastAccrualTime = uint40(block.timestamp);
  }

  // Rates

  /// As of the last accrual, like Comet's.
  function getUtilization() public view returns (uint256) {
    uint256 supplied = _presentValue(_totalSupplyBase, _baseSupplyIndex);
    uint256 borrowed = _presentValue(_totalBorrowBase, _baseBorrowIndex);
    return supplied == 0 ? 0 : (borrowed * FACTOR_SCALE) / supplied;
  }

  function getSupplyRate(uint256 utilization) public view returns (uint64) {
    return _rate(_supplyCurve, utilization);
  }

  function getBorrowRate(uint256 utilization) public view returns (uint64) {
    return _rate(_borrowCurve, utilization);
  }

  function supplyKink() external view returns (uint256) {
    return _supplyCurve.kink;
  }

  function supplyPerSecondInterestRateBase() external view returns (uint256) {
    return _supplyCurve.base;
  }

  function supplyPerSecondInterestRateSlopeLow() external view returns (uint256) {
    return _supplyCurve.slopeLow;
  }

  function supplyPerSecondInterestRateSlopeHigh() external view returns (uint256) {
    return _supplyCurve.slopeHigh;
  }

  function borrowKink() external view returns (uint256) {
    return _borrowCurve.kink;
  }

  function borrowPerSecondInterestRateBase() external view returns (uint256) {
    return _borrowCurve.base;
  }

  function borrowPerSecondInterestRateSlopeLow() external view returns (uint256) {
    return _borrowCurve.slopeLow;
  }

  function borrowPerSecondInterestRateSlopeHigh() external view returns (uint256) {
    return _borrowCurve.slopeHigh;
  }

  // Balances

  function totalSupply() external view returns (uint256) {
    (uint64 supplyIndex, ) = _accruedIndexes();
    return _presentValue(_totalSupplyBase, supplyIndex);
  }

  function totalBorrow() external view returns (uint256) {
    (, uint64 borrowIndex) = _accruedIndexes();
    return _presentValue(_totalBorrowBase, borrowIndex);
  }

  function balanceOf(address account) external view returns (uint256) {
    (uint64 supplyIndex, ) = _accruedIndexes();
    int104 principal = userBasic[account].principal;
    return principal > 0 ? _presentValue(uint104(principal), supplyIndex) : 0;
  }

  function borrowBalanceOf(address account) external view returns (uint256) {
    (, uint64 borrowIndex) = _accruedIndexes();
    int104 principal = userBasic[account].principal;
    return principal < 0 ? _presentValue(uint104(-principal), borrowIndex) : 0;
  }

  /// As of the last accrual.
  function totalsBasic() external view returns (TotalsBasic memory) {
    return
      TotalsBasic({
        baseSupplyIndex: _baseSupplyIndex,
        baseBorrowIndex: _baseBorrowIndex,
        trackingSupplyIndex: _trackingSupplyIndex,
        trackingBorrowIndex: _trackingBorrowIndex,
        totalSupplyBase: _totalSupplyBase,
        totalBorrowBase: _totalBorrowBase,
        lastAccrualTime: _lastAccrualTime,
        pauseFlags: (isSupplyPaused ? 1 : 0) | (isWithdrawPaused ? 4 : 0)
      });
  }

  function baseAccrualScale() external pure returns (uint64) {
    return BASE_ACCRUAL_SCALE;
  }

  /// As of the account's last accrual, scaled by baseAccrualScale.
  function baseTrackingAccrued(address account) external view returns (uint64) {
    return userBasic[account].baseTrackingAccrued;
  }

  // Changes

  function accrueAccount(address account) external {
    _accrue();
    _updateAccount(account, userBasic[account].principal);
  }

  function supply(address asset, uint256 amount) external {
    if (isSupplyPaused) revert Paused();
    if (asset != baseToken) revert Unauthorized();
    _accrue();
    IERC20(baseToken).safeTransferFrom(msg.sender, address(this), amount);
    _changeBalance(msg.sender, int256(amount));
  }

  function withdraw(address asset, uint256 amount) external {
    if (isWithdrawPaused) revert Paused();
    if (asset != baseToken) revert Unauthorized();
    _accrue();
    if (amount == type(uint256).max) {
      int104 principal = userBasic[msg.sender].principal;
      amount = principal > 0 ? _presentValue(uint104(principal), _baseSupplyIndex) : 0;
    }
    _changeBalance(msg.sender, -int256(amount));
    if (userBasic[msg.sender].principal < 0 && msg.sender != borrower) revert NotCollateralized();
    IERC20(baseToken).safeTransfer(msg.sender, amount);
  }

  /// Not in Comet, where only a guardian may pause.
  function setPaused(bool supplyPaused, bool withdrawPaused) external {
    isSupplyPaused = supplyPaused;
    isWithdrawPaused = withdrawPaused;
  }

  // Internals

  function _rate(Curve memory curve, uint256 utilization) private pure returns (uint64) {
    if (utilization <= curve.kink) {
      return uint64(curve.base + _multiply(curve.slopeLow, utilization));
    }
    uint256 belowKink = _multiply(curve.slopeLow, curve.kink);
    return uint64(curve.base + belowKink + _multiply(curve.slopeHigh, utilization - curve.kink));
  }

  /// The stored utilisation applies to the whole time since the last accrual.
  function _accruedIndexes() private view returns (uint64 supplyIndex, uint64 borrowIndex) {
    supplyIndex = _baseSupplyIndex;
    borrowIndex = _baseBorrowIndex;
    uint256 elapsed = block.timestamp - _lastAccrualTime;
    if (elapsed > 0) {
      uint256 utilization = getUtilization();
      supplyIndex += uint64(_multiply(supplyIndex, getSupplyRate(utilization) * elapsed));
      borrowIndex += uint64(_multiply(borrowIndex, getBorrowRate(utilization) * elapsed));
    }
  }

  function _accrue() private {
    (_baseSupplyIndex, _baseBorrowIndex) = _accruedIndexes();
    uint256 elapsed = block.timestamp - _lastAccrualTime;
    _trackingSupplyIndex += _trackingGrowth(baseTrackingSupplySpeed * elapsed, _totalSupplyBase);
    _trackingBorrowIndex += _trackingGrowth(baseTrackingBorrowSpeed * elapsed, _totalBorrowBase);
    _lastAccrualTime = uint40(block.timestamp);
  }

  /// What a whole base token of all these principals gets of the rewards.
  function _trackingGrowth(uint256 rewards, uint104 principals) private view returns (uint64) {
    return principals < baseMinForRewards ? 0 : ((rewards * baseScale) / principals).toUint64();
  }

  function _changeBalance(address account, int256 change) private {
    int104 before = userBasic[account].principal;
    int256 balance = before >= 0
      ? int256(_presentValue(uint104(before), _baseSupplyIndex))
      : -int256(_presentValue(uint104(-before), _baseBorrowIndex));
    int104 principal = _principalOf(balance + change);
    _updateAccount(account, principal);
    _totalSupplyBase = _totalSupplyBase + _positive(principal) - _positive(before);
    _totalBorrowBase = _totalBorrowBase + _positive(-principal) - _positive(-before);
  }

  /// Credits the rewards of the principal that the account had so far.
  function _updateAccount(address account, int104 principal) private {
    UserBasic memory basic = userBasic[account];
    uint256 growth = _trackingIndex(basic.principal) - basic.baseTrackingIndex;
    uint256 size = basic.principal >= 0 ? uint104(basic.principal) : uint104(-basic.principal);
    uint256 descaleFactor = baseScale / BASE_ACCRUAL_SCALE;
    basic.baseTrackingAccrued += ((size * growth) / trackingIndexScale / descaleFactor).toUint64();
    basic.baseTrackingIndex = _trackingIndex(principal);
    basic.principal = principal;
    userBasic[account] = basic;
  }

  function _trackingIndex(int104 principal) private view returns (uint64) {
    return principal >= 0 ? _trackingSupplyIndex : _trackingBorrowIndex;
  }

  /// Rounds against the account: a supply down and a debt up.
  function _principalOf(int256 balance) private view returns (int104) {
    if (balance >= 0) {
      return int104(int256((uint256(balance) * BASE_INDEX_SCALE) / _baseSupplyIndex));
    }
    uint256 index = _baseBorrowIndex;
    return -int104(int256((uint256(-balance) * BASE_INDEX_SCALE + index - 1) / index));
  }

  function _positive(int104 value) private pure returns (uint104) {
    return value > 0 ? uint104(value) : 0;
  }

  function _presentValue(uint104 principal, uint64 index) private pure returns (uint256) {
    return (uint256(principal) * index) / BASE_INDEX_SCALE;
  }

  function _multiply(uint256 value, uint256 factor) private pure returns (uint256) {
    return (value * factor) / FACTOR_SCALE;
  }
}
