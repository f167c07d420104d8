using System.Numerics;
using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Optimizer.Allocation;
using Optimizer.Model;

namespace Optimizer.Scenarios;

/// <summary>The file format of the model: names, units, and derived types by name.</summary>
public static class Formats
{
    private static readonly Dictionary<Type, IReadOnlyDictionary<string, Type>> Kinds = FindKinds();

    /// <summary>The serializer's options for every file and answer.</summary>
    public static JsonSerializerOptions Options { get; } = CreateOptions();

    /// <summary>The derived types of a base type marked with <see cref="OneOfAttribute"/>, by name.</summary>
    public static IReadOnlyDictionary<string, Type>? KindsOf(Type type) => Kinds.GetValueOrDefault(type);

    /// <summary>The name by which files choose the type of a value.</summary>
    /// <param name="value">The value.</param>
    /// <param name="of">The base type marked with <see cref="OneOfAttribute"/>.</param>
    public static string NameOf(object value, Type of) => KindOf(value.GetType(), of);

    /// <summary>Writes a value as indented JSON.</summary>
    public static string Serialize<T>(T value) => JsonSerializer.Serialize(value, Options).ReplaceLineEndings("\n");

    private static JsonSerializerOptions CreateOptions()
    {
        var options = new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            WriteIndented = true,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
        };
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase));
        options.Converters.Add(new BaseUnitsConverter());
        options.Converters.Add(new FiniteConverter());
        foreach (var type in Kinds.Keys)
            options.Converters.Add((JsonConverter)Activator.CreateInstance(typeof(OneOfConverter<>).MakeGenericType(type))!);
        options.MakeReadOnly();
        return options;
    }

    private static Dictionary<Type, IReadOnlyDictionary<string, Type>> FindKinds()
    {
        var types = new[] { typeof(Scenario), typeof(AllocationConstraint), typeof(Formats) }
            .SelectMany(type => type.Assembly.GetExportedTypes()).ToArray();
        return types.Where(type => type.GetCustomAttribute<OneOfAttribute>() is not null).ToDictionary(
            type => type,
            IReadOnlyDictionary<string, Type> (type) => types
                .Where(kind => !kind.IsAbstract && kind.IsSubclassOf(type))
                .OrderBy(kind => kind.Name, StringComparer.Ordinal)
                .ToDictionary(kind => KindOf(kind, type)));
    }

    /// <summary>The key of a kind: its name, without that of what it is a kind of. A <c>GasShock</c> is <c>gas</c>.</summary>
    private static string KindOf(Type kind, Type of) =>
        JsonNamingPolicy.CamelCase.ConvertName(kind.Name.EndsWith(of.Name, StringComparison.Ordinal) ? kind.Name[..^of.Name.Length] : kind.Name);

    /// <summary>Writes base units as strings, because they are too large for JSON numbers.</summary>
    private sealed class BaseUnitsConverter : JsonConverter<BigInteger>
    {
        public override BigInteger Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            BigInteger.TryParse(reader.GetString(), out var value) ? value : throw new JsonException("expected digits in quotes");

        public override void Write(Utf8JsonWriter writer, BigInteger value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToString());
    }

    /// <summary>Writes values that are not finite, such as an unproven bound, as null, because JSON has no infinity.</summary>
    private sealed class FiniteConverter : JsonConverter<double>
    {
        public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDouble();

        public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
        {
            if (double.IsFinite(value))
                writer.WriteNumberValue(value);
            else
                writer.WriteNullValue();
        }
    }

    /// <summary>Writes a derived type as its name and its fields.</summary>
    private sealed class OneOfConverter<T> : JsonConverter<T>
        where T : class
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            reader.Read();
            var kind = KindsOf(typeof(T))![reader.GetString()!];
            reader.Read();
            var value = (T)JsonSerializer.Deserialize(ref reader, kind, options)!;
            reader.Read();
            return value;
        }

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
        {
            writer.WriteStartObject();
            writer.WritePropertyName(KindOf(value.GetType(), typeof(T)));
            JsonSerializer.Serialize(writer, value, value.GetType(), options);
            writer.WriteEndObject();
        }
    }
}
