// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC4626} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";
import {TestToken} from "./TestToken.sol";

/// A plain ERC-4626 vault. Its share price rises only when somebody calls accrue,
/// so a test knows exactly which yield it must find.
contract SteadyVault is ERC4626 {
  constructor(TestToken asset_, string memory name_, string memory symbol_) ERC4626(asset_) ERC20(name_, symbol_) {}

  /// Mints this many of the underlying asset into the vault as yield.
  function accrue(uint256 assets) external {
    TestToken(asset()).mint(address(this), assets);
  }
}
