using System.Numerics;
using System.Text.Json;
using Optimizer.Chains.Evm;
using Optimizer.Chains.Rpc;
using Optimizer.Contracts.Abi;

namespace Optimizer.Chains.Tests;

/// <summary>An EVM node in memory: a chain id, blocks, and contracts that are functions.</summary>
internal sealed class FakeEvmNode(ulong chainId, ulong block = 1_000) : FakeNode
{
    private readonly Dictionary<(EvmAddress, string), Func<object[], object[]?>> _functions = [];
    private static readonly AbiFunction Aggregate = AbiFunction.Parse("aggregate3((address,bool,bytes)[]) returns ((bool,bytes)[])");
    private readonly Dictionary<string, AbiFunction> _known = [];

    /// <summary>Base fee of the next block, in wei.</summary>
    public BigInteger BaseFeeWei { get; set; } = 8_000_000_000;

    /// <summary>Whether fee histories have rewards.</summary>
    public bool HasRewards { get; set; } = true;

    /// <summary>What <c>linea_estimateGas</c> answers: gas, and base and priority fee in wei; null where the node does not know it.</summary>
    public (BigInteger GasUnits, BigInteger BaseFeeWei, BigInteger PriorityFeeWei)? LineaEstimate { get; set; }

    /// <summary>Whether methods that the node does not know are answered with nothing instead of an error.</summary>
    public bool AnswersNull { get; set; }

    /// <summary>Answers that are given as they are, by method.</summary>
    public Dictionary<string, object?> Given { get; } = [];

    public FakeEvmNode With(EvmAddress contract, string function, Func<object[], object[]?> answer)
    {
        var parsed = AbiFunction.Parse(function);
        _known[Convert.ToHexString([.. parsed.Selector])] = parsed;
        _functions[(contract, Convert.ToHexString([.. parsed.Selector]))] = answer;
        return this;
    }

    public EvmClient Client(EndpointLimits? limits = null, string name = "fake #1") => new("fake", chainId, [Endpoint(limits, name)]);

    protected override object? Answer(string method, JsonElement parameters) => Given.TryGetValue(method, out var given) ? given : method switch
    {
        "eth_chainId" => Hex.Of(chainId),
        "eth_getBlockByNumber" => Block(parameters[0].GetString() is "latest" or null ? block : ulong.Parse(parameters[0].GetString()![2..], System.Globalization.NumberStyles.HexNumber)),
        "eth_feeHistory" => new { oldestBlock = Hex.Of(block - 1), baseFeePerGas = new[] { Hex.Of(7_000_000_000), Hex.Of(BaseFeeWei) }, reward = HasRewards ? new[] { new[] { Hex.Of(1_000_000_000) } } : null },
        "eth_call" => Call(parameters),
        "linea_estimateGas" when LineaEstimate is var (units, baseFee, priorityFee) => new { gasLimit = Hex.Of(units), baseFeePerGas = Hex.Of(baseFee), priorityFeePerGas = Hex.Of(priorityFee) },
        _ => AnswersNull ? null : throw new NotSupportedException(method),
    };

    private object Block(ulong number) => new
    {
        number = Hex.Of(number),
        hash = Hex.Of(Hex.Keccak(BitConverter.GetBytes(number))),
        timestamp = Hex.Of((ulong)(Time.ToUnixTimeSeconds() - 12 * (long)(block - number))),
    };

    private string Call(JsonElement parameters)
    {
        var data = Convert.FromHexString(parameters[0].GetProperty("data").GetString()![2..]);
        var calls = ((object[])Aggregate.Inputs.Decode(data.AsSpan(4))[0]).Cast<object[]>();
        var returns = calls.Select(object (call) =>
        {
            var (contract, input) = ((EvmAddress)call[0], (byte[])call[2]);
            var selector = Convert.ToHexString(input.AsSpan(0, 4));
            return _functions.TryGetValue((contract, selector), out var function) && function(_known[selector].Inputs.Decode(input.AsSpan(4))) is { } results
                ? new object[] { true, _known[selector].Outputs.Encode(results) }
                : [false, Array.Empty<byte>()];
        }).ToArray();
        return $"0x{Convert.ToHexStringLower(Aggregate.Outputs.Encode([returns]))}";
    }
}
