using System.Numerics;
using System.Text.Json;
using Nethereum.ABI;
using Nethereum.ABI.FunctionEncoding;
using Nethereum.ABI.Model;
using Optimizer.Contracts.Abi;
using Optimizer.Contracts.Protocols.AaveV3;
using Optimizer.Contracts.Protocols.LiquidStaking;
using Optimizer.Contracts.Protocols.Multicall3;
using Optimizer.Contracts.Protocols.Safe;

namespace Optimizer.Contracts.Tests;

/// <summary>Encoding and strict decoding against what ethers and viem agree on (<c>tests/nodes/vectors.mjs</c>), against Nethereum's
/// own decoding, and against hostile input.</summary>
public sealed class AbiTests
{
    private static readonly JsonElement Vectors = JsonDocument.Parse(File.ReadAllText(Repository.Path("tests", "nodes", "vectors.json"))).RootElement;

    [Fact]
    public void Encodes_and_decodes_as_ethers_and_viem_do()
    {
        var count = 0;
        foreach (var (types, values, encoded) in AbiVectors())
        {
            Assert.Equal(encoded, Convert.ToHexStringLower(types.Encode(values)));
            Assert.Equal(encoded, Convert.ToHexStringLower(types.Encode(types.Decode(Convert.FromHexString(encoded)))));
            count++;
        }

        Assert.True(count > 100);
    }

    [Fact]
    public void Words_are_read_as_Nethereum_reads_them()
    {
        var count = 0;
        foreach (var (types, _, encoded) in AbiVectors().Where(vector => vector.Types.Parameters.All(parameter => !parameter.ABIType.IsDynamic())))
        {
            var data = Convert.FromHexString(encoded);
            var theirs = new ParameterDecoder().DecodeDefaultData(data, [.. types.Parameters]).Select(output => Plain(output.Result)).ToArray();
            Assert.Equal(theirs, types.Decode(data).Select(Plain));
            count++;
        }

        Assert.True(count > 30);
    }

    [Fact]
    public void Selectors_are_those_of_ethers_and_viem()
    {
        foreach (var vector in Vectors.GetProperty("selectors").EnumerateArray())
        {
            var function = AbiFunction.Parse(vector.GetProperty("signature").GetString()!);
            Assert.Equal(vector.GetProperty("selector").GetString(), Hex.Of([.. function.Selector]));
        }
    }

    [Fact]
    public void Keccak_is_that_of_ethers_and_viem()
    {
        foreach (var vector in Vectors.GetProperty("keccak").EnumerateArray())
            Assert.Equal(vector.GetProperty("keccak").GetString(), Hex.Of(Hex.Keccak(Hex.Bytes(vector.GetProperty("input").GetString()!))));
    }

    [Fact]
    public void Addresses_carry_their_checksum()
    {
        foreach (var vector in Vectors.GetProperty("addresses").EnumerateArray())
        {
            var (lower, checksummed) = (vector.GetProperty("lower").GetString()!, vector.GetProperty("checksummed").GetString()!);
            Assert.Equal(checksummed, EvmAddress.Parse(lower).ToString());
            Assert.Equal(EvmAddress.Parse(lower), EvmAddress.Parse(checksummed));
        }

        var wrong = Assert.Throws<FormatException>(() => EvmAddress.Parse("0xca11bde05977b3631167028862bE2a173976CA11"));
        Assert.Contains("checksum", wrong.Message, StringComparison.Ordinal);
        Assert.Contains("0xcA11bde05977b3631167028862bE2a173976CA11", wrong.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0x")]
    [InlineData("ca11bde05977b3631167028862be2a173976ca11")]
    [InlineData("0xca11bde05977b3631167028862be2a173976ca1")]
    [InlineData("0xca11bde05977b3631167028862be2a173976ca111")]
    [InlineData("0xga11bde05977b3631167028862be2a173976ca11")]
    [InlineData("0Xca11bde05977b3631167028862be2a173976ca11")]
    public void What_is_no_address_is_refused(string text) => Assert.Throws<FormatException>(() => EvmAddress.Parse(text));

    [Fact]
    public void What_is_encoded_decodes_to_itself() => Typed.Sample(sample =>
    {
        var encoded = sample.Types.Encode(sample.Values);
        Assert.Equal(0, encoded.Length % 32);
        Assert.Equal(encoded, sample.Types.Encode(sample.Types.Decode(encoded)));
        // Bytes behind an encoding are nobody's business: wallets put marks there.
        Assert.Equal(encoded, sample.Types.Encode(sample.Types.Decode([.. encoded, 1, 2, 3])));
    });

    /// <summary>What a contract accepts has to be read: whoever submits a Safe's transaction chooses its layout.</summary>
    [Fact]
    public void A_transaction_is_read_however_its_tails_lie()
    {
        var target = EvmAddress.Parse("0x1111111111111111111111111111111111111111");
        byte[] call = [1, 2, 3, 4, 5], signatures = [.. Enumerable.Repeat((byte)7, 65)];
        var usual = new ExecTransaction { To = target, Value = 9, Data = call, Operation = 1, Signatures = signatures }.Encode();
        const int Head = 4 + 10 * 32;
        byte[] Tail(byte[] bytes) => [.. Hex.Word(bytes.Length), .. bytes, .. new byte[(32 - bytes.Length % 32) % 32]];
        byte[] At(int data, int signed, byte[] tails)
        {
            byte[] head = usual[..Head];
            Hex.Word(data).CopyTo(head, 4 + 2 * 32);
            Hex.Word(signed).CopyTo(head, 4 + 9 * 32);
            return [.. head, .. tails];
        }

        byte[][] all =
        [
            usual,
            // The signatures before the data; a gap between them; no padding; a mark where padding was.
            At(320 + 128, 320, [.. Tail(signatures), .. Tail(call)]),
            At(320, 320 + 96, [.. Tail(call), .. new byte[32], .. Tail(signatures)]),
            usual[..^31],
            [.. usual[..^31], 0xde, 0xad, 0xbe, 0xef],
        ];
        foreach (var encoded in all)
        {
            var read = ContractFunction.TryRead<ExecTransaction>(encoded)!;
            Assert.Equal((target, 9, 1), (read.To, (int)read.Value, (int)read.Operation));
            Assert.Equal(call, read.Data);
            Assert.Equal(signatures, read.Signatures);
        }

        // Bytes in front of an address, which a Safe ignores.
        var dirty = usual.ToArray();
        dirty[4] = 0xff;
        Assert.Equal(target, ContractFunction.TryRead<ExecTransaction>(dirty)!.To);
        // The data lie within the signatures.
        var within = ContractFunction.TryRead<ExecTransaction>(At(320 + 32, 320, [.. Hex.Word(65), .. Hex.Word(5), .. call, .. new byte[28]]))!;
        Assert.Equal(call, within.Data);
        Assert.Equal(65, within.Signatures.Length);
    }

    [Fact]
    public void Hostile_bytes_end_in_an_error_or_in_values_of_the_types() => Gen.Select(Typed, Gen.Byte.Array[0, 400], Gen.Int[0, 4]).Sample((sample, noise, how) =>
    {
        var data = sample.Types.Encode(sample.Values);
        // Noise alone, cut off, or with some bytes changed.
        data = how switch
        {
            0 => noise,
            1 => data[..(noise.Length % (data.Length + 1))],
            _ => [.. data.Select((b, i) => noise.Length > 0 && noise[i % noise.Length] % (8 * how) == 0 ? noise[(i + 1) % noise.Length] : b)],
        };
        try
        {
            var decoded = sample.Types.Decode(data);
            sample.Types.Encode(decoded);
        }
        catch (AbiException)
        {
        }
    });

    [Fact]
    public void A_small_answer_cannot_unfold_into_a_large_one()
    {
        // Eight arrays in a row; all five elements of one point at the next: 5⁸ numbers in 49 words.
        const int Levels = 8;
        const int Elements = 5;
        var types = Types($"(uint256{string.Concat(Enumerable.Repeat("[]", Levels))})");
        var words = new List<BigInteger> { 32 };
        for (var level = 0; level < Levels; level++)
            words.AddRange([Elements, .. Enumerable.Repeat((BigInteger)(level < Levels - 1 ? 32 * Elements : 7), Elements)]);
        Assert.Throws<AbiException>(() => types.Decode([.. words.SelectMany(Hex.Word)]));
        // A count whose bytes overflow 32 bits.
        Assert.Throws<AbiException>(() => Types("(uint256[])").Decode([.. new BigInteger[] { 32, (1 << 27) + 3, 1, 2, 3 }.SelectMany(Hex.Word)]));
    }

    [Theory]
    [InlineData("f(uint7)")]
    [InlineData("f(uint264)")]
    [InlineData("f(uint08)")]
    [InlineData("f(bytes33)")]
    [InlineData("f((uint256)")]
    [InlineData("f(uint256[)")]
    [InlineData("f(uint256[0])")]
    [InlineData("f(float)")]
    [InlineData("f")]
    [InlineData("(uint256)")]
    [InlineData("f(uint256) view")]
    [InlineData("f(uint256) returns uint256")]
    public void What_is_no_function_is_refused(string text) => Assert.Throws<FormatException>(() => AbiFunction.Parse(text));

    [Fact]
    public void Values_out_of_range_are_refused_with_their_place()
    {
        var function = AbiFunction.Parse("pay(address to, (uint8 kind, bytes4 tag)[] parts)");
        var wrong = Assert.Throws<AbiException>(() => function.Encode(new EvmAddress(new byte[20]), new object[] { new object[] { new BigInteger(256), new byte[4] } }));
        Assert.Contains("[1][0][0]", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Results_come_by_name()
    {
        var data = Enumerable.Range(1, 12).SelectMany(i => Hex.Word(new BigInteger(i))).ToArray();
        var reserve = new GetReserveData { Asset = default }.Decode(data);
        Assert.Equal((3, 5, 12), ((int)reserve.TotalAToken, (int)reserve.TotalVariableDebt, (int)reserve.LastUpdate));
        // With a tuple in an array: what Nethereum decodes.
        var owner = EvmAddress.Parse("0x1111111111111111111111111111111111111111");
        var encoded = AbiFunction.Parse("f((uint256,uint256,address,uint256,bool,bool)[])").Inputs.Encode([new object[] { new object[] { new BigInteger(7), new BigInteger(8), owner, new BigInteger(9), true, false } }]);
        var status = Assert.Single(new GetWithdrawalStatus().Decode(encoded).Statuses);
        Assert.Equal((7, owner, true, false), ((int)status.AmountOfSteth, status.Owner, status.IsFinalized, status.IsClaimed));
    }

    [Fact]
    public void Multicalls_by_spans_are_those_of_Nethereum() => Gen.Select(Gen.Byte.Array[20], Gen.Byte.Array[0, 200], Gen.Bool).Array[0, 20].Sample(calls =>
    {
        var aggregate = new Aggregate3 { Calls = [.. calls.Select(call => new Call3 { Target = new(call.Item1), AllowFailure = true, CallData = call.Item2 })] };
        Assert.Equal(aggregate.Encode(), Aggregate3.WriteCalls([.. calls.Select(call => (new EvmAddress(call.Item1), call.Item2))]));
        var results = AbiFunction.Parse("f((bool,bytes)[])").Inputs.Encode([calls.Select(object (call) => new object[] { call.Item3, call.Item2 }).ToArray()]);
        Assert.Equal(calls.Select(call => (call.Item3, Hex.Of(call.Item2))), aggregate.Decode(results).ReturnData.Select(result => (result.Success, Hex.Of(result.ReturnData))));
    });

    [Fact]
    public void Results_of_a_multicall_cannot_share_their_bytes()
    {
        // A thousand results that all point at the same kilobytes.
        var words = new List<BigInteger> { 32, 1_000 };
        words.AddRange(Enumerable.Repeat((BigInteger)(32 * 1_000), 1_000));
        words.AddRange([1, 64, 32 * 500, .. Enumerable.Repeat(BigInteger.One, 500)]);
        Assert.Throws<AbiException>(() => new Aggregate3().Decode([.. words.SelectMany(Hex.Word)]));
    }

    private static IEnumerable<(AbiParameters Types, object[] Values, string Encoded)> AbiVectors() => Vectors.GetProperty("abi").EnumerateArray().Select(vector =>
    {
        var types = Types($"({string.Join(',', vector.GetProperty("types").EnumerateArray().Select(t => t.GetString()))})");
        return (types, types.Parameters.Zip(vector.GetProperty("values").EnumerateArray(), (parameter, value) => Value(parameter.ABIType, value)).ToArray(), vector.GetProperty("encoded").GetString()![2..]);
    });

    private static AbiParameters Types(string text) => AbiFunction.Parse($"f{text}").Inputs;

    /// <summary>Nethereum's values and ours as text.</summary>
    private static string Plain(object value) => value switch
    {
        byte[] bytes => Hex.Of(bytes),
        string text => text,
        ParameterOutput output => Plain(output.Result),
        System.Collections.IEnumerable parts => $"[{string.Join(',', parts.Cast<object>().Select(Plain))}]",
        _ => value.ToString()!,
    };

    private static object Value(ABIType type, JsonElement json) => type switch
    {
        IntType => BigInteger.Parse(json.GetString()!),
        BoolType => json.GetBoolean(),
        AddressType => EvmAddress.Parse(json.GetString()!),
        StringType => json.GetString()!,
        ArrayType array => json.EnumerateArray().Select(element => Value(array.ElementType, element)).ToArray(),
        TupleType tuple => json.EnumerateArray().Zip(tuple.Components, (element, part) => Value(part.ABIType, element)).ToArray(),
        _ => Hex.Bytes(json.GetString()!),
    };

    /// <summary>Types with values of them.</summary>
    private static readonly Gen<(AbiParameters Types, object[] Values)> Typed =
        Gen.Recursive<string>((depth, nested) => depth > 2 ? Elementary : Gen.Frequency(
            (4, Elementary),
            (1, nested.Select(element => $"{element}[]")),
            (1, Gen.Select(nested, Gen.Int[1, 3], (element, length) => $"{element}[{length}]")),
            (1, nested.Array[1, 3].Select(parts => $"({string.Join(',', parts)})"))))
        .Array[1, 4]
        .Select(parts => Types($"({string.Join(',', parts)})"))
        .SelectMany(types => Values(types.Parameters).Select(values => (types, values)));

    private static Gen<string> Elementary => Gen.OneOf(
        Gen.Select(Gen.Int[1, 32], Gen.Bool, (bytes, signed) => $"{(signed ? "" : "u")}int{8 * bytes}"),
        Gen.OneOf(Gen.Const("address"), Gen.Const("bool"), Gen.Const("bytes"), Gen.Const("string")),
        Gen.Int[1, 32].Select(length => $"bytes{length}"));

    private static Gen<object[]> Values(IReadOnlyList<Parameter> parameters) =>
        parameters.Aggregate(Gen.Const(Array.Empty<object>()), (values, parameter) => Gen.Select(values, ValueOf(parameter.ABIType), (before, value) => (object[])[.. before, value]));

    private static Gen<object> ValueOf(ABIType type) => type switch
    {
        IntType integer => Gen.Byte.Array[integer.StaticSize].Select(object (bytes) => new BigInteger(bytes, isUnsigned: integer.Name[0] == 'u')),
        BoolType => Gen.Bool.Select(object (truth) => truth),
        AddressType => Gen.Byte.Array[20].Select(object (bytes) => new EvmAddress(bytes)),
        StringType => Gen.String.AlphaNumeric.Select(object (text) => text),
        BytesType => Gen.Byte.Array[0, 70].Select(object (bytes) => bytes),
        DynamicArrayType array => ValueOf(array.ElementType).Array[0, 3].Select(object (elements) => elements),
        ArrayType array => ValueOf(array.ElementType).Array[int.Parse(array.CanonicalName[(array.CanonicalName.LastIndexOf('[') + 1)..^1])].Select(object (elements) => elements),
        TupleType tuple => Values(tuple.Components).Select(object (parts) => parts),
        _ => Gen.Byte.Array[type is Bytes32Type ? 32 : type.StaticSize].Select(object (bytes) => bytes),
    };
}
