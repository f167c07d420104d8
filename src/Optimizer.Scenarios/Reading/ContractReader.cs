using System.Buffers;
using System.Globalization;
using System.Numerics;
using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Optimizer.Model;

namespace Optimizer.Scenarios;

/// <summary>Checks located nodes against the types of the model, and reports everything that does not fit.</summary>
/// <remarks>The contract (names, required members) is the serializer's own, so that checks, output and schemas always agree. If there are
/// no errors, the serializer builds the object from the checked JSON.</remarks>
internal sealed class ContractReader
{
    /// <summary>Other orders of day and month are read differently by different people.</summary>
    private static readonly string[] IsoTimes = ["yyyy-MM-dd", "yyyy-MM-ddTHH:mmK", "yyyy-MM-ddTHH:mm:ssK", "yyyy-MM-ddTHH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mmK", "yyyy-MM-dd HH:mm:ssK", "yyyy-MM-dd HH:mm:ss.FFFFFFFK"];

    private readonly List<Diagnostic> _diagnostics = [];

    /// <summary>The errors so far.</summary>
    public List<Diagnostic> Diagnostics => _diagnostics;

    /// <summary>Warnings about valid input that the author may not have meant.</summary>
    public List<Diagnostic> Notes { get; } = [];

    /// <summary>The tokens at an address; used for a hint when an address stands where a token is expected.</summary>
    public Func<string, IReadOnlyList<TokenId>>? TokensAt { get; init; }

    /// <summary>All provenance keys that figures name.</summary>
    public List<ScalarNode> Mentions { get; } = [];

    /// <summary>Reads a node as a type; null if it contains errors.</summary>
    public T? Read<T>(SourceNode node)
        where T : class
    {
        var before = _diagnostics.Count;
        var buffer = new ArrayBufferWriter<byte>();
        // If there are errors, the written JSON is not used.
        using (var writer = new Utf8JsonWriter(buffer, new() { SkipValidation = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            Read(writer, node, typeof(T), null);
        return _diagnostics.Count > before ? null : JsonSerializer.Deserialize<T>(buffer.WrittenSpan, Formats.Options);
    }

    /// <summary>Reports an error at a position.</summary>
    public void Report(SourceLocation at, string message) => _diagnostics.Add(new(at, message));

    /// <summary>Adds a warning at a position.</summary>
    public void Note(SourceLocation at, string message) => Notes.Add(new(at, message));

    private void Read(Utf8JsonWriter writer, SourceNode node, Type type, BetweenAttribute? between)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (TextualForm.Of(type) is { } textual)
        {
            ReadText(writer, node, textual);
            return;
        }

        if (Formats.KindsOf(type) is { } kinds)
        {
            ReadKind(writer, node, kinds);
            return;
        }

        if (type == typeof(string) || type.IsEnum || type.IsPrimitive || type == typeof(DateTimeOffset) || type == typeof(BigInteger))
        {
            ReadScalar(writer, node, type, between);
            return;
        }

        var contract = Formats.Options.GetTypeInfo(type);
        switch (contract.Kind)
        {
            case JsonTypeInfoKind.Object:
                ReadObject(writer, node, contract, between);
                break;
            case JsonTypeInfoKind.Dictionary:
                ReadDictionary(writer, node, contract.ElementType!);
                break;
            case JsonTypeInfoKind.Enumerable:
                ReadList(writer, node, contract.ElementType!);
                break;
            default:
                throw new NotSupportedException($"{type} has no contract");
        }
    }

    private void ReadObject(Utf8JsonWriter writer, SourceNode node, JsonTypeInfo contract, BetweenAttribute? between)
    {
        var keys = Keys.Of(contract);
        if (node is not MappingNode mapping)
        {
            Report(node.Location, $"found {node.Sort}; {(keys.ByName.Count == 0 ? "expected {}, because it has no keys" : $"expected keys: {string.Join(", ", keys.ByName.Keys)}")}");
            return;
        }

        var seen = new HashSet<string>();
        writer.WriteStartObject();
        foreach (var entry in mapping.Entries)
        {
            if (entry.Key == "$schema")
                continue;
            if (!keys.ByName.TryGetValue(entry.Key, out var key))
            {
                // In flow style a comma ends a value, so the rest of a number with a decimal comma looks like a key.
                Report(entry.Location, entry.Value is ScalarNode { Style: ScalarStyle.Null } && char.IsAsciiDigit(entry.Key.FirstOrDefault())
                    ? $"found '{entry.Key}' after a comma: a comma ends a value here; write groups of three digits as 1_250_000, and decimals after a point"
                    : $"unknown key '{entry.Key}'{NearMatch.Hint(entry.Key, keys.ByName.Keys)}; expected one of {string.Join(", ", keys.ByName.Keys)}");
                continue;
            }

            if (!seen.Add(entry.Key))
            {
                Report(entry.Location, $"key '{entry.Key}' appears twice; expected it once");
                continue;
            }

            if (entry.Value is ScalarNode { Style: ScalarStyle.Null } && key.IsOptional)
                continue;
            writer.WritePropertyName(entry.Key);
            Read(writer, entry.Value, key.Type, entry.Key == "value" && contract.Type == typeof(Figure) ? between : key.Between);
            if (contract.Type == typeof(Figure) && entry is { Key: "from", Value: ScalarNode mention })
                Mentions.Add(mention);
            else if (entry is { Key: "from", Value: ScalarNode source } && contract.Type.Namespace == typeof(Figure).Namespace && key.Type == typeof(string))
                Mentions.Add(source);
        }

        writer.WriteEndObject();
        foreach (var missing in keys.Needed.Where(needed => !seen.Contains(needed)))
            Report(node.Location, $"key '{missing}' is missing");
    }

    private void ReadDictionary(Utf8JsonWriter writer, SourceNode node, Type element)
    {
        if (node is not MappingNode mapping)
        {
            Report(node.Location, $"found {node.Sort}; expected keys with values");
            return;
        }

        var seen = new HashSet<string>();
        writer.WriteStartObject();
        foreach (var entry in mapping.Entries)
        {
            if (!seen.Add(entry.Key))
                Report(entry.Location, $"key '{entry.Key}' appears twice; expected it once");
            writer.WritePropertyName(entry.Key);
            Read(writer, entry.Value, element, null);
        }

        writer.WriteEndObject();
    }

    private void ReadList(Utf8JsonWriter writer, SourceNode node, Type element)
    {
        if (node is not SequenceNode sequence)
        {
            Report(node.Location, $"found {node.Sort}; expected a list");
            return;
        }

        writer.WriteStartArray();
        foreach (var item in sequence.Items)
            Read(writer, item, element, null);
        writer.WriteEndArray();
    }

    private void ReadKind(Utf8JsonWriter writer, SourceNode node, IReadOnlyDictionary<string, Type> kinds)
    {
        var expected = $"expected one kind with its fields, one of {string.Join(", ", kinds.Keys)}";
        if (node is not MappingNode mapping)
        {
            Report(node.Location, $"found {node.Sort}; {expected}");
            return;
        }

        if (mapping.Entries.Count != 1)
        {
            Report(node.Location, $"found {mapping.Entries.Count} keys; {expected}");
            return;
        }

        var entry = mapping.Entries[0];
        var name = entry.Key;
        if (!kinds.ContainsKey(name) && kinds.FirstOrDefault(pair => pair.Value.GetCustomAttribute<FormerNameAttribute>()?.Name == name) is { Key: { } present })
        {
            Note(entry.Location, $"'{name}' is now called '{present}'; support for the former name will end");
            name = present;
        }

        if (!kinds.TryGetValue(name, out var kind))
        {
            Report(entry.Location, IsOfScenario(entry.Key) ? $"'{entry.Key}' is a key of the scenario, not of this list; {expected}" : $"unknown kind '{entry.Key}'{NearMatch.Hint(entry.Key, kinds.Keys)}; {expected}");
            return;
        }

        writer.WriteStartObject();
        writer.WritePropertyName(name);
        Read(writer, entry.Value, kind, null);
        writer.WriteEndObject();
    }

    private static bool IsOfScenario(string key) => Formats.Options.GetTypeInfo(typeof(Scenario)).Properties.Any(property => property.Name == key);

    private void ReadText(Utf8JsonWriter writer, SourceNode node, TextualForm form)
    {
        if (node is not ScalarNode { Style: not ScalarStyle.Null } scalar)
        {
            Report(node.Location, $"found {node.Sort}; expected {form.Expected}");
        }
        else if (form.Problem(scalar.Text) is { } problem)
        {
            var named = form.IsToken && TokensAt is { } tokensAt ? tokensAt(scalar.Text) : [];
            Report(node.Location, named.Count > 0 ? $"{problem}; that address is {string.Join(" or ", named)}" : problem);
        }
        else
        {
            writer.WriteStringValue(scalar.Text);
        }
    }

    private void ReadScalar(Utf8JsonWriter writer, SourceNode node, Type type, BetweenAttribute? between)
    {
        void Unfit() => Report(node.Location, $"found {node.Sort}; expected {Wanted(type)}");
        if (node is not ScalarNode { Style: not ScalarStyle.Null } scalar)
            Unfit();
        else if (type == typeof(string))
            writer.WriteStringValue(scalar.Text);
        else if (type.IsEnum)
            ReadEnum(writer, scalar, type);
        else if (type == typeof(DateTimeOffset) && DateTimeOffset.TryParseExact(scalar.Text, IsoTimes, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
            writer.WriteStringValue(time);
        else if (type == typeof(BigInteger) && BigInteger.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _))
            writer.WriteStringValue(scalar.Text);
        else if (scalar.Style == ScalarStyle.Quoted || type == typeof(DateTimeOffset) || type == typeof(BigInteger))
            Unfit();
        else if (type == typeof(bool) && scalar.Text is "true" or "false")
            writer.WriteBooleanValue(scalar.Text == "true");
        else if (type == typeof(bool))
            Unfit();
        else
            ReadNumber(writer, scalar, type, between);
    }

    private void ReadNumber(Utf8JsonWriter writer, ScalarNode scalar, Type type, BetweenAttribute? between)
    {
        DecimalNumber number = default;
        double value;
        try
        {
            if (type != typeof(double) || !NumberText.TryPlain(scalar.Text, out value))
            {
                number = NumberText.Parse(scalar.Text, Wanted(type));
                value = number.ToDouble();
            }
        }
        catch (FormatException wrong)
        {
            Report(scalar.Location, wrong.Message);
            return;
        }

        if (between is not null && (value < between.Minimum || value > between.Maximum))
            Report(scalar.Location, $"{scalar.Text} is out of range; expected {Range(between)}");
        else if (type == typeof(double))
            writer.WriteNumberValue(value);
        else if (number.Places > 0)
            Report(scalar.Location, $"found {scalar.Sort}; expected {Wanted(type)}");
        else if (number.InUnitsOf(0) is var whole && type == typeof(ulong) ? whole >= 0 && whole <= ulong.MaxValue : whole >= int.MinValue && whole <= int.MaxValue)
            writer.WriteNumberValue((decimal)whole);
        else
            Report(scalar.Location, $"found {scalar.Sort}; expected a whole number{(type == typeof(ulong) ? " ≥ 0" : "")}");
    }

    private void ReadEnum(Utf8JsonWriter writer, ScalarNode scalar, Type type)
    {
        var names = Enum.GetNames(type).Select(JsonNamingPolicy.CamelCase.ConvertName).ToArray();
        if (names.Contains(scalar.Text))
            writer.WriteStringValue(scalar.Text);
        else
            Report(scalar.Location, $"unknown value '{scalar.Text}'{NearMatch.Hint(scalar.Text, names)}; expected one of {string.Join(", ", names)}");
    }

    private static string Range(BetweenAttribute between) =>
        between is { Minimum: double.Epsilon, Maximum: double.MaxValue } ? "above 0" : between.Maximum == double.MaxValue ? $"at least {between.Minimum}" : $"{between.Minimum} to {between.Maximum}";

    private static string Wanted(Type type) =>
        type == typeof(string) ? "text"
        : type == typeof(bool) ? "true or false"
        : type == typeof(BigInteger) ? "base units: digits in quotes"
        : type == typeof(DateTimeOffset) ? "a time such as 2026-08-12T00:00:00Z"
        : type.IsEnum ? $"one of {string.Join(", ", Enum.GetNames(type).Select(JsonNamingPolicy.CamelCase.ConvertName))}"
        : type == typeof(double) ? "a finite number" : "a whole number";
}

/// <summary>The keys of a type, found once by reflection.</summary>
internal sealed class Keys
{
    private static readonly System.Collections.Concurrent.ConcurrentDictionary<Type, Keys> Known = new();

    private Keys(JsonTypeInfo contract)
    {
        bool IsParameter(JsonPropertyInfo property) => contract.Type.GetConstructors().Any(c => c.GetParameters().Any(p => string.Equals(p.Name, property.Name, StringComparison.OrdinalIgnoreCase)));
        var nullability = new NullabilityInfoContext();
        bool IsOptional(JsonPropertyInfo property) => Nullable.GetUnderlyingType(property.PropertyType) is not null
            || (property.AttributeProvider is PropertyInfo member && nullability.Create(member).ReadState == NullabilityState.Nullable);
        var settable = contract.Properties.Where(p => p.Set is not null || IsParameter(p)).ToArray();
        ByName = settable.ToDictionary(p => p.Name, p => new Key(p.PropertyType, IsOptional(p),
            p.AttributeProvider?.GetCustomAttributes(typeof(BetweenAttribute), true).Cast<BetweenAttribute>().FirstOrDefault()));
        Needed = [.. settable.Where(p => p.IsRequired || (IsParameter(p) && !IsOptional(p))).Select(p => p.Name)];
    }

    /// <summary>The allowed keys, in the order of the type's members.</summary>
    public IReadOnlyDictionary<string, Key> ByName { get; }

    /// <summary>The required keys.</summary>
    public IReadOnlyList<string> Needed { get; }

    public static Keys Of(JsonTypeInfo contract) => Known.GetOrAdd(contract.Type, _ => new Keys(contract));

    /// <summary>The value of a key.</summary>
    /// <param name="Type">Its type.</param>
    /// <param name="IsOptional">Whether it may be empty.</param>
    /// <param name="Between">Its range; null if it has none.</param>
    public sealed record Key(Type Type, bool IsOptional, BetweenAttribute? Between);
}

/// <summary>The textual form of a model type, by reflection over <see cref="ITextual{TSelf}"/>.</summary>
internal sealed class TextualForm
{
    private static readonly System.Collections.Concurrent.ConcurrentDictionary<Type, TextualForm?> Known = new();
    private readonly MethodInfo _parse;

    private TextualForm(Type type)
    {
        _parse = type.GetMethod("Parse", [typeof(string)])!;
        Expected = (string)type.GetProperty("Expected")!.GetValue(null)!;
        Pattern = (string)type.GetProperty("Pattern")!.GetValue(null)!;
        IsToken = type == typeof(TokenId);
    }

    public string Expected { get; }

    public string Pattern { get; }

    public bool IsToken { get; }

    public static TextualForm? Of(Type type) => Known.GetOrAdd(type, t =>
        t.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(ITextual<>)) ? new TextualForm(t) : null);

    /// <summary>The error of a text; null if it is valid.</summary>
    public string? Problem(string text)
    {
        try
        {
            _parse.Invoke(null, [text]);
            return null;
        }
        catch (TargetInvocationException wrong) when (wrong.InnerException is FormatException or OverflowException)
        {
            return wrong.InnerException is FormatException ? wrong.InnerException.Message : $"'{text}' is out of range; expected {Expected}";
        }
    }
}
