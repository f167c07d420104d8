// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

// STAND-INS. On Arbitrum these two addresses are not EVM bytecode but part of the node.
// The contracts below have the same function signatures, so they test how a client encodes calls and
// decodes answers. They do not test pricing: there is no Brotli compression and no L1 price feedback here.

/// Stand-in for ArbGasInfo at 0x000000000000000000000000000000000000006C.
contract ArbGasInfoStandIn {
  uint256 public l1BaseFeeEstimate;
  uint256 public l2BaseFee;
  uint256 public minimumGasPrice;

  function set(uint256 l1BaseFeeEstimate_, uint256 l2BaseFee_, uint256 minimumGasPrice_) external {
    l1BaseFeeEstimate = l1BaseFeeEstimate_;
    l2BaseFee = l2BaseFee_;
    minimumGasPrice = minimumGasPrice_;
  }

  function getPricesInWei()
    external
    view
    returns (
      uint256 perL2Tx,
      uint256 perL1CalldataByte,
      uint256 perStorageAllocation,
      uint256 perArbGasBase,
      uint256 perArbGasCongestion,
      uint256 perArbGasTotal
    )
  {
    perL1CalldataByte = l1BaseFeeEstimate * 16;
    perL2Tx = perL1CalldataByte * 140;
    perStorageAllocation = l2BaseFee * 20000;
    perArbGasBase = minimumGasPrice;
    perArbGasCongestion = l2BaseFee - minimumGasPrice;
    perArbGasTotal = l2BaseFee;
  }

  function getL1BaseFeeEstimate() external view returns (uint256) {
    return l1BaseFeeEstimate;
  }

  function getMinimumGasPrice() external view returns (uint256) {
    return minimumGasPrice;
  }
}

/// Stand-in for NodeInterface at 0x00000000000000000000000000000000000000C8.
contract NodeInterfaceStandIn {
  ArbGasInfoStandIn private constant GAS_INFO = ArbGasInfoStandIn(address(0x6C));

  function gasEstimateComponents(
    address,
    bool,
    bytes calldata data
  )
    external
    payable
    returns (uint64 gasEstimate, uint64 gasEstimateForL1, uint256 baseFee, uint256 l1BaseFeeEstimate)
  {
    (gasEstimateForL1, baseFee, l1BaseFeeEstimate) = _l1Component(data);
    gasEstimate = 21000 + uint64(data.length) * 16 + gasEstimateForL1;
  }

  function gasEstimateL1Component(
    address,
    bool,
    bytes calldata data
  ) external payable returns (uint64 gasEstimateForL1, uint256 baseFee, uint256 l1BaseFeeEstimate) {
    return _l1Component(data);
  }

  /// 16 gas for each uncompressed byte and 140 bytes for the envelope.
  function _l1Component(
    bytes calldata data
  ) private view returns (uint64 gasEstimateForL1, uint256 baseFee, uint256 l1BaseFeeEstimate) {
    baseFee = GAS_INFO.l2BaseFee();
    l1BaseFeeEstimate = GAS_INFO.l1BaseFeeEstimate();
    gasEstimateForL1 = uint64(((data.length + 140) * 16 * l1BaseFeeEstimate) / baseFee);
  }
}
