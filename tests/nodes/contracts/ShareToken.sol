// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

/// An ERC-20 whose balances are shares of a pool of ether, as those of stETH and eETH are: all of them rise when the
/// pool earns. Only shares are stored, so an amount may arrive one or two wei smaller.
abstract contract ShareToken {
  string public name;
  string public symbol;
  uint8 public constant decimals = 18;

  uint256 internal _totalShares;
  mapping(address account => uint256) internal _shares;
  mapping(address owner => mapping(address spender => uint256)) public allowance;

  event Transfer(address indexed from, address indexed to, uint256 value);
  event TransferShares(address indexed from, address indexed to, uint256 sharesValue);
  event Approval(address indexed owner, address indexed spender, uint256 value);

  constructor(string memory name_, string memory symbol_) {
    name = name_;
    symbol = symbol_;
  }

  function totalSupply() external view returns (uint256) {
    return _pooledEther();
  }

  function balanceOf(address account) external view returns (uint256) {
    return _etherOf(_shares[account]);
  }

  function approve(address spender, uint256 amount) external returns (bool) {
    allowance[msg.sender][spender] = amount;
    emit Approval(msg.sender, spender, amount);
    return true;
  }

  function transfer(address to, uint256 amount) external returns (bool) {
    _transfer(msg.sender, to, amount);
    return true;
  }

  function transferFrom(address from, address to, uint256 amount) external returns (bool) {
    uint256 allowed = allowance[from][msg.sender];
    if (allowed != type(uint256).max) {
      require(allowed >= amount, "ALLOWANCE_EXCEEDED");
      allowance[from][msg.sender] = allowed - amount;
    }
    _transfer(from, to, amount);
    return true;
  }

  function _pooledEther() internal view virtual returns (uint256);

  function _etherOf(uint256 shares) internal view returns (uint256) {
    return _totalShares == 0 ? 0 : (shares * _pooledEther()) / _totalShares;
  }

  function _sharesOf(uint256 amount) internal view returns (uint256) {
    return _sharesOf(amount, _pooledEther());
  }

  function _sharesOf(uint256 amount, uint256 pooledEther) internal view returns (uint256) {
    return _totalShares == 0 ? amount : (amount * _totalShares) / pooledEther;
  }

  function _mintShares(address to, uint256 shares) internal {
    _totalShares += shares;
    _shares[to] += shares;
    emit Transfer(address(0), to, _etherOf(shares));
    emit TransferShares(address(0), to, shares);
  }

  function _burnShares(address from, uint256 shares) internal {
    _totalShares -= shares;
    _shares[from] -= shares;
  }

  function _transfer(address from, address to, uint256 amount) private {
    require(to != address(0), "TRANSFER_TO_ZERO_ADDR");
    uint256 shares = _sharesOf(amount);
    require(_shares[from] >= shares, "BALANCE_EXCEEDED");
    _shares[from] -= shares;
    _shares[to] += shares;
    emit Transfer(from, to, amount);
    emit TransferShares(from, to, shares);
  }
}
