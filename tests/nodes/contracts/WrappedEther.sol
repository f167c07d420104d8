// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {TestToken} from "./TestToken.sol";

/// Wraps ether one to one, with WETH9's functions and events; anybody may mint more, so that the nodes need no deposits.
contract WrappedEther is TestToken {
  event Deposit(address indexed dst, uint256 wad);
  event Withdrawal(address indexed src, uint256 wad);

  constructor(string memory name_, string memory symbol_, uint8 decimals_) TestToken(name_, symbol_, decimals_) {}

  receive() external payable {
    deposit();
  }

  function deposit() public payable {
    _mint(msg.sender, msg.value);
    emit Deposit(msg.sender, msg.value);
  }

  function withdraw(uint256 wad) external {
    _burn(msg.sender, wad);
    (bool sent, ) = msg.sender.call{value: wad}("");
    require(sent, "the ether is not taken");
    emit Withdrawal(msg.sender, wad);
  }
}
