// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {PriceFeed} from "./PriceFeed.sol";

/// The price of a Morpho market's collateral in its loan asset, from two price feeds with equal decimals.
contract MorphoFeedOracle {
  PriceFeed public immutable collateralFeed;
  PriceFeed public immutable loanFeed;
  uint256 public immutable scale;

  constructor(PriceFeed collateralFeed_, uint8 collateralDecimals, PriceFeed loanFeed_, uint8 loanDecimals) {
    require(collateralFeed_.decimals() == loanFeed_.decimals(), "Feeds have different decimals");
    collateralFeed = collateralFeed_;
    loanFeed = loanFeed_;
    // Morpho's convention: 36 decimals plus the difference between the two assets' decimals.
    scale = 10 ** (36 + loanDecimals - collateralDecimals);
  }

  function price() external view returns (uint256) {
    return (scale * uint256(collateralFeed.latestAnswer())) / uint256(loanFeed.latestAnswer());
  }
}
