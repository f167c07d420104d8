// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

interface IComet {
  function accrueAccount(address account) external;

  function baseAccrualScale() external view returns (uint64);

  function baseTrackingAccrued(address account) external view returns (uint64);
}

/// STAND-IN for Compound v3's CometRewards, whose source is not on npm. Written from the documented formulas.
///
/// Same as CometRewards: the signatures, the event, the scaling and what is owed. Contracts from before 2023 differ: their
/// configuration has no multiplier, and their event no src. Different: everybody may configure, and change it later;
/// nobody can claim to another account.
contract CometRewardsStandIn {
  using SafeERC20 for IERC20Metadata;

  struct RewardConfig {
    address token;
    uint64 rescaleFactor;
    bool shouldUpscale;
    uint256 multiplier;
  }

  struct RewardOwed {
    address token;
    uint256 owed;
  }

  event RewardClaimed(address indexed src, address indexed recipient, address indexed token, uint256 amount);

  error NotSupported(address comet);

  uint256 private constant FACTOR_SCALE = 1e18;

  mapping(address => RewardConfig) public rewardConfig;
  /// By Comet and account.
  mapping(address => mapping(address => uint256)) public rewardsClaimed;

  function setRewardConfig(address comet, address token) external {
    setRewardConfigWithMultiplier(comet, token, FACTOR_SCALE);
  }

  function setRewardConfigWithMultiplier(address comet, address token, uint256 multiplier) public {
    uint256 accrualScale = IComet(comet).baseAccrualScale();
    uint256 tokenScale = 10 ** IERC20Metadata(token).decimals();
    bool shouldUpscale = tokenScale >= accrualScale;
    uint256 rescaleFactor = shouldUpscale ? tokenScale / accrualScale : accrualScale / tokenScale;
    rewardConfig[comet] = RewardConfig(token, uint64(rescaleFactor), shouldUpscale, multiplier);
  }

  /// Not a view, since it accrues; wallets call it without a transaction.
  function getRewardOwed(address comet, address account) external returns (RewardOwed memory) {
    RewardConfig memory config = _configOf(comet);
    IComet(comet).accrueAccount(account);
    uint256 earned = _earned(comet, account, config);
    uint256 claimed = rewardsClaimed[comet][account];
    return RewardOwed(config.token, earned > claimed ? earned - claimed : 0);
  }

  /// Everybody may call it; the account gets the rewards.
  function claim(address comet, address src, bool shouldAccrue) external {
    RewardConfig memory config = _configOf(comet);
    if (shouldAccrue) IComet(comet).accrueAccount(src);
    uint256 earned = _earned(comet, src, config);
    uint256 claimed = rewardsClaimed[comet][src];
    if (earned > claimed) {
      rewardsClaimed[comet][src] = earned;
      IERC20Metadata(config.token).safeTransfer(src, earned - claimed);
      emit RewardClaimed(src, src, config.token, earned - claimed);
    }
  }

  function _configOf(address comet) private view returns (RewardConfig memory config) {
    config = rewardConfig[comet];
    if (config.token == address(0)) revert NotSupported(comet);
  }

  /// All that the account was ever due, in the token's smallest unit.
  function _earned(address comet, address account, RewardConfig memory config) private view returns (uint256) {
    uint256 accrued = IComet(comet).baseTrackingAccrued(account);
    uint256 scaled = config.shouldUpscale ? accrued * config.rescaleFactor : accrued / config.rescaleFactor;
    return (scaled * config.multiplier) / FACTOR_SCALE;
  }
}
