namespace Optimizer.Chains.Evm;

// What nodes answer, with the fields that are used and no others: a node that writes another field in its own way stays readable. Quantities
// are text until EvmRpc checks them. Source: execution-apis, the specification of Ethereum's JSON-RPC.

/// <summary>A block.</summary>
internal sealed record BlockAnswer(string? Number, string? Hash, string? Timestamp);

/// <summary>A block with its transactions.</summary>
internal sealed record FullBlockAnswer(IReadOnlyList<TransactionAnswer?>? Transactions);

/// <summary>A transaction.</summary>
internal sealed record TransactionAnswer(string? Hash, string? From, string? To, string? Value, string? Input);

/// <summary>A receipt.</summary>
/// <param name="TransactionHash">The transaction.</param>
/// <param name="BlockNumber">Its block.</param>
/// <param name="TransactionIndex">Its index in the block.</param>
/// <param name="Status">One where it succeeded.</param>
/// <param name="GasUsed">Units of gas.</param>
/// <param name="EffectiveGasPrice">Wei per unit of gas.</param>
/// <param name="L1Fee">What OP Stack rollups charge for the data, in wei; null elsewhere.</param>
/// <param name="Logs">Its logs.</param>
internal sealed record ReceiptAnswer(
    string? TransactionHash, string? BlockNumber, string? TransactionIndex, string? Status, string? GasUsed, string? EffectiveGasPrice, string? L1Fee, IReadOnlyList<LogAnswer?>? Logs);

/// <summary>A log.</summary>
internal sealed record LogAnswer(string? Address, IReadOnlyList<string?>? Topics, string? Data, string? BlockNumber, string? TransactionHash, string? LogIndex);

/// <summary>The fees of recent blocks.</summary>
/// <param name="BaseFeePerGas">Base fees in wei per unit of gas, oldest first; the last is that of the next block.</param>
/// <param name="Reward">Priority fees per block, at each percentile that was asked for; null where a node has seen none.</param>
internal sealed record FeesAnswer(IReadOnlyList<string?>? BaseFeePerGas, IReadOnlyList<IReadOnlyList<string?>?>? Reward);

/// <summary>What <c>linea_estimateGas</c> answers.</summary>
internal sealed record LineaAnswer(string? GasLimit, string? BaseFeePerGas, string? PriorityFeePerGas);
