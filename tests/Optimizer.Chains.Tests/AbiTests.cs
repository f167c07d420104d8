using System.Numerics;
using System.Text.Json;
using Optimizer.Chains.Evm;

namespace Optimizer.Chains.Tests;

/// <summary>The codec against what ethers and viem agree on (<c>tests/nodes/vectors.mjs</c>), against itself, and against hostile
/// input.</summary>
public sealed class AbiTests
{
    private static readonly JsonElement Vectors = JsonDocument.Parse(File.ReadAllText(Repository.Path("tests", "nodes", "vectors.json"))).RootElement;

    [Fact]
    public void Encodes_and_decodes_as_ethers_and_viem_do()
    {
        var count = 0;
        foreach (var vector in Vectors.GetProperty("abi").EnumerateArray())
        {
            var types = (AbiTuple)AbiType.Parse($"({string.Join(',', vector.GetProperty("types").EnumerateArray().Select(t => t.GetString()))})");
            var values = (object[])Value(types, vector.GetProperty("values"));
            var encoded = vector.GetProperty("encoded").GetString()!;
            Assert.Equal(encoded, $"0x{Convert.ToHexStringLower(AbiCodec.Encode(types, values))}");
            Assert.Equal(encoded, $"0x{Convert.ToHexStringLower(AbiCodec.Encode(types, AbiCodec.Decode(types, Convert.FromHexString(encoded[2..]))))}");
            count++;
        }

        Assert.True(count > 100);
    }

    [Fact]
    public void Selectors_are_those_of_ethers_and_viem()
    {
        foreach (var vector in Vectors.GetProperty("selectors").EnumerateArray())
        {
            var function = AbiFunction.Parse(vector.GetProperty("signature").GetString()!);
            Assert.Equal(vector.GetProperty("selector").GetString(), $"0x{Convert.ToHexStringLower([.. function.Selector])}");
        }
    }

    [Fact]
    public void Keccak_is_that_of_ethers_and_viem()
    {
        foreach (var vector in Vectors.GetProperty("keccak").EnumerateArray())
            Assert.Equal(vector.GetProperty("keccak").GetString(), $"0x{Convert.ToHexStringLower(Keccak.Hash(Convert.FromHexString(vector.GetProperty("input").GetString()![2..])))}");
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

    [Fact]
    public void What_is_encoded_decodes_to_itself() => Typed.Sample(sample =>
    {
        var encoded = AbiCodec.Encode(sample.Types, sample.Values);
        Assert.Equal(0, encoded.Length % 32);
        Assert.Equal(encoded, AbiCodec.Encode(sample.Types, AbiCodec.Decode(sample.Types, encoded)));
    });

    [Fact]
    public void Hostile_bytes_end_in_an_error_or_in_values_of_the_types() => Gen.Select(Typed, Gen.Byte.Array[0, 400], Gen.Int[0, 4]).Sample((sample, noise, how) =>
    {
        var data = AbiCodec.Encode(sample.Types, sample.Values);
        // Noise alone, cut off, or with some bytes changed.
        data = how switch
        {
            0 => noise,
            1 => data[..(noise.Length % (data.Length + 1))],
            _ => [.. data.Select((b, i) => noise.Length > 0 && noise[i % noise.Length] % (8 * how) == 0 ? noise[(i + 1) % noise.Length] : b)],
        };
        try
        {
            var decoded = AbiCodec.Decode(sample.Types, data);
            AbiCodec.Encode(sample.Types, decoded);
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
        var types = (AbiTuple)AbiType.Parse($"(uint256{string.Concat(Enumerable.Repeat("[]", Levels))})");
        var words = new List<BigInteger> { 32 };
        for (var level = 0; level < Levels; level++)
            words.AddRange([Elements, .. Enumerable.Repeat((BigInteger)(level < Levels - 1 ? 32 * Elements : 7), Elements)]);
        var data = words.SelectMany(word => AbiCodec.Encode((AbiTuple)AbiType.Parse("(uint256)"), word)).ToArray();
        Assert.Throws<AbiException>(() => AbiCodec.Decode(types, data));
    }

    [Theory]
    [InlineData("uint7")]
    [InlineData("uint264")]
    [InlineData("bytes33")]
    [InlineData("(uint256")]
    [InlineData("uint256[")]
    [InlineData("uint256[0]")]
    [InlineData("float")]
    public void What_is_no_type_is_refused(string text) => Assert.Throws<FormatException>(() => AbiType.Parse(text));

    [Fact]
    public void Values_out_of_range_are_refused_with_their_place()
    {
        var function = AbiFunction.Parse("pay(address to, (uint8 kind, bytes4 tag)[] parts)");
        var wrong = Assert.Throws<AbiException>(() => function.Encode(new EvmAddress(new byte[20]), new object[] { new object[] { new BigInteger(256), new byte[4] } }));
        Assert.Contains("[1][0][0]", wrong.Message, StringComparison.Ordinal);
    }

    private static object Value(AbiType type, JsonElement json) => type switch
    {
        AbiInteger => BigInteger.Parse(json.GetString()!),
        AbiBool => json.GetBoolean(),
        AbiAddress => EvmAddress.Parse(json.GetString()!),
        AbiBytes { IsText: true } => json.GetString()!,
        AbiBytes => Convert.FromHexString(json.GetString()![2..]),
        AbiArray array => json.EnumerateArray().Select(element => Value(array.Element, element)).ToArray(),
        AbiTuple tuple => json.EnumerateArray().Zip(tuple.Parts, (element, part) => Value(part, element)).ToArray(),
        _ => throw new NotSupportedException(type.ToString()),
    };

    private static readonly Gen<(AbiTuple Types, object[] Values)> Typed =
        Gen.Recursive<AbiType>((depth, nested) => depth > 2 ? Elementary : Gen.Frequency(
            (4, Elementary),
            (1, nested.Select(element => (AbiType)new AbiArray(element, null))),
            (1, Gen.Select(nested, Gen.Int[1, 3], (element, length) => (AbiType)new AbiArray(element, length))),
            (1, nested.Array[1, 3].Select(parts => (AbiType)new AbiTuple(parts)))))
        .Array[1, 4]
        .SelectMany(parts => ValueOf(new AbiTuple(parts)).Select(values => (new AbiTuple(parts), (object[])values)));

    private static Gen<AbiType> Elementary => Gen.OneOf(
        Gen.Select(Gen.Int[1, 32], Gen.Bool, (bytes, signed) => (AbiType)new AbiInteger(8 * bytes, signed)),
        Gen.Const((AbiType)new AbiAddress()),
        Gen.Const((AbiType)new AbiBool()),
        Gen.Int[1, 32].Select(length => (AbiType)new AbiBytes(length, false)),
        Gen.Bool.Select(text => (AbiType)new AbiBytes(null, text)));

    private static Gen<object> ValueOf(AbiType type) => type switch
    {
        AbiInteger integer => Gen.Byte.Array[integer.Bits / 8].Select(bytes => (object)new BigInteger(bytes, isUnsigned: !integer.IsSigned)),
        AbiBool => Gen.Bool.Select(truth => (object)truth),
        AbiAddress => Gen.Byte.Array[20].Select(bytes => (object)new EvmAddress(bytes)),
        AbiBytes { IsText: true } => Gen.String[Gen.Char['a', 'ž'], 0, 70].Select(text => (object)text),
        AbiBytes { Length: { } length } => Gen.Byte.Array[length].Select(bytes => (object)bytes),
        AbiBytes => Gen.Byte.Array[0, 70].Select(bytes => (object)bytes),
        AbiArray array => ValueOf(array.Element).Array[array.Length ?? 0, array.Length ?? 3].Select(elements => (object)elements),
        AbiTuple tuple => All([.. tuple.Parts.Select(ValueOf)]),
        _ => throw new NotSupportedException(type.ToString()),
    };

    private static Gen<object> All(Gen<object>[] parts) => parts.Aggregate(Gen.Const(Array.Empty<object>()),
        (before, part) => Gen.Select(before, part, (values, value) => (object[])[.. values, value])).Select(values => (object)values);
}
