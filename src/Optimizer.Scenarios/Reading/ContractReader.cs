using System.Globalization;
using System.Numerics;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Optimizer.Model;

namespace Optimizer.Scenarios;

/// <summary>Holds located nodes against the types of the model and reports everything that does not fit.</summary>
/// <remarks>The contract is the serializer's own (names, required members), so that what is checked, what is written
/// and what the schemas say cannot drift apart. When nothing is wrong the serializer builds the object.</remarks>
internal sealed class ContractReader
{
    private readonly List<Diagnostic> _diagnostics = [];

    /// <summary>What is wrong so far.</summary>
    public List<Diagnostic> Diagnostics => _diagnostics;

    /// <summary>What is read as it stands, though its author may have meant something else.</summary>
    public List<Diagnostic> Notes { get; } = [];

    /// <summary>The tokens that have an address, to help who wrote one where a token is expected.</summary>
    public Func<string, IReadOnlyList<TokenId>>? TokensAt { get; init; }

    /// <summary>Every mention of a provenance by a figure.</summary>
    public List<ScalarNode> Mentions { get; } = [];

    /// <summary>Reads a node as a type; null where something in it is wrong.</summary>
    public T? Read<T>(SourceNode node)
        where T : class
    {
        var before = _diagnostics.Count;
        var json = Read(node, typeof(T), null);
        return _diagnostics.Count > before ? null : json.Deserialize<T>(Formats.Options);
    }

    /// <summary>Reports something wrong at a place.</summary>
    public void Report(SourceLocation at, string message) => _diagnostics.Add(new(at, message));

    /// <summary>Notes something at a place that does not stop anything.</summary>
    public void Note(SourceLocation at, string message) => Notes.Add(new(at, message));

    private JsonNode? Read(SourceNode node, Type type, BetweenAttribute? between)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (TextualForm.Of(type) is { } textual)
            return ReadText(node, textual);
        if (Formats.KindsOf(type) is { } kinds)
            return ReadKind(node, kinds);
        if (type == typeof(string) || type.IsEnum || type.IsPrimitive || type == typeof(DateTimeOffset) || type == typeof(BigInteger))
            return ReadScalar(node, type, between);
        var contract = Formats.Options.GetTypeInfo(type);
        return contract.Kind switch
        {
            JsonTypeInfoKind.Object => ReadObject(node, contract, between),
            JsonTypeInfoKind.Dictionary => ReadDictionary(node, contract.ElementType!),
            JsonTypeInfoKind.Enumerable => ReadList(node, contract.ElementType!),
            _ => throw new NotSupportedException($"{type} has no contract"),
        };
    }

    private JsonObject? ReadObject(SourceNode node, JsonTypeInfo contract, BetweenAttribute? between)
    {
        if (node is not MappingNode mapping)
            return Wrong<JsonObject>(node, $"found {node.Sort}; expected keys: {string.Join(", ", contract.Properties.Select(p => p.Name))}");
        var result = new JsonObject();
        var keys = Keys.Of(contract);
        var properties = keys.ByName;
        foreach (var entry in mapping.Entries)
        {
            if (entry.Key == "$schema")
                continue;
            if (!properties.TryGetValue(entry.Key, out var key))
            {
                // Between braces a comma ends a value: the rest of a number that was written with one looks like a key.
                Report(entry.Location, entry.Value is ScalarNode { Style: ScalarStyle.Null } && char.IsAsciiDigit(entry.Key.FirstOrDefault())
                    ? $"found '{entry.Key}' after a comma: a comma ends a value here; write groups of three digits as 1_250_000, and decimals after a point"
                    : $"unknown key '{entry.Key}'{NearMatch.Hint(entry.Key, properties.Keys)}; expected one of {string.Join(", ", properties.Keys)}");
                continue;
            }

            if (result.ContainsKey(entry.Key))
            {
                Report(entry.Location, $"key '{entry.Key}' appears twice; expected it once");
                continue;
            }

            if (entry.Value is ScalarNode { Style: ScalarStyle.Null } && key.IsOptional)
            {
                result[entry.Key] = null;
                continue;
            }

            result[entry.Key] = Read(entry.Value, key.Type, entry.Key == "value" && contract.Type == typeof(Figure) ? between : key.Between);
            if (contract.Type == typeof(Figure) && entry is { Key: "from", Value: ScalarNode mention })
                Mentions.Add(mention);
            else if (entry is { Key: "from", Value: ScalarNode source } && contract.Type.Namespace == typeof(Figure).Namespace && key.Type == typeof(string))
                Mentions.Add(source);
        }

        foreach (var missing in keys.Needed)
        {
            if (!result.ContainsKey(missing) && !mapping.Entries.Any(e => e.Key == missing))
                Report(node.Location, $"key '{missing}' is missing");
        }

        foreach (var empty in result.Where(pair => pair.Value is null).Select(pair => pair.Key).ToArray())
            result.Remove(empty);
        return result;
    }

    private JsonObject? ReadDictionary(SourceNode node, Type element)
    {
        if (node is not MappingNode mapping)
            return Wrong<JsonObject>(node, $"found {node.Sort}; expected keys with values");
        var result = new JsonObject();
        foreach (var entry in mapping.Entries)
        {
            if (!result.TryAdd(entry.Key, Read(entry.Value, element, null)))
                Report(entry.Location, $"key '{entry.Key}' appears twice; expected it once");
        }

        return result;
    }

    private JsonArray? ReadList(SourceNode node, Type element) => node is SequenceNode sequence
        ? new([.. sequence.Items.Select(item => Read(item, element, null))])
        : Wrong<JsonArray>(node, $"found {node.Sort}; expected a list");

    private JsonObject? ReadKind(SourceNode node, IReadOnlyDictionary<string, Type> kinds)
    {
        var expected = $"expected one kind with its fields, one of {string.Join(", ", kinds.Keys)}";
        if (node is not MappingNode mapping)
            return Wrong<JsonObject>(node, $"found {node.Sort}; {expected}");
        if (mapping.Entries.Count != 1)
            return Wrong<JsonObject>(node, $"found {mapping.Entries.Count} keys; {expected}");
        var entry = mapping.Entries[0];
        var name = entry.Key;
        if (!kinds.ContainsKey(name) && kinds.FirstOrDefault(pair => pair.Value.GetCustomAttribute<FormerNameAttribute>()?.Name == name) is { Key: { } present })
        {
            Note(entry.Location, $"'{name}' is now called '{present}'; the former name will not be read for ever");
            name = present;
        }

        if (!kinds.TryGetValue(name, out var kind))
            return Wrong<JsonObject>(entry.Location, IsOfScenario(entry.Key) ? $"'{entry.Key}' is a key of the scenario itself, beside this list; {expected}" : $"unknown kind '{entry.Key}'{NearMatch.Hint(entry.Key, kinds.Keys)}; {expected}");
        return new JsonObject { [name] = Read(entry.Value, kind, null) };
    }

    private static bool IsOfScenario(string key) => Formats.Options.GetTypeInfo(typeof(Scenario)).Properties.Any(property => property.Name == key);

    private JsonNode? ReadText(SourceNode node, TextualForm form)
    {
        if (node is not ScalarNode { Style: not ScalarStyle.Null } scalar)
            return Wrong<JsonNode>(node, $"found {node.Sort}; expected {form.Expected}");
        if (form.Problem(scalar.Text) is not { } problem)
            return JsonValue.Create(scalar.Text);
        var named = form.IsToken && TokensAt is { } tokensAt ? tokensAt(scalar.Text) : [];
        return Wrong<JsonNode>(node, named.Count > 0 ? $"{problem}; that address is {string.Join(" or ", named)}" : problem);
    }

    private JsonNode? ReadScalar(SourceNode node, Type type, BetweenAttribute? between)
    {
        if (node is not ScalarNode { Style: not ScalarStyle.Null } scalar)
            return Wrong<JsonNode>(node, $"found {node.Sort}; expected {Wanted(type)}");
        if (type == typeof(string))
            return JsonValue.Create(scalar.Text);
        if (type.IsEnum)
            return ReadEnum(scalar, type);
        if (type == typeof(DateTimeOffset))
            return DateTimeOffset.TryParse(scalar.Text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) && scalar.Text.Length >= 8
                ? JsonValue.Create(time) : Wrong<JsonNode>(node, $"found {node.Sort}; expected {Wanted(type)}");
        if (type == typeof(BigInteger))
            return BigInteger.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _) ? JsonValue.Create(scalar.Text) : Wrong<JsonNode>(node, $"found {node.Sort}; expected {Wanted(type)}");
        if (scalar.Style == ScalarStyle.Quoted)
            return Wrong<JsonNode>(node, $"found {node.Sort}; expected {Wanted(type)}");
        if (type == typeof(bool))
            return scalar.Text is "true" or "false" ? JsonValue.Create(scalar.Text == "true") : Wrong<JsonNode>(node, $"found {node.Sort}; expected {Wanted(type)}");
        return ReadNumber(scalar, type, between);
    }

    private JsonNode? ReadNumber(ScalarNode scalar, Type type, BetweenAttribute? between)
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
            return Wrong<JsonNode>(scalar, wrong.Message);
        }

        if (between is not null && (value < between.Minimum || value > between.Maximum))
            return Wrong<JsonNode>(scalar, $"{scalar.Text} is out of range; expected {Range(between)}");
        if (type == typeof(double))
            return JsonValue.Create(value);
        if (number.Places > 0)
            return Wrong<JsonNode>(scalar, $"found {scalar.Sort}; expected {Wanted(type)}");
        var whole = number.InUnitsOf(0);
        if (type == typeof(ulong))
            return whole >= 0 && whole <= ulong.MaxValue ? JsonValue.Create((ulong)whole) : Wrong<JsonNode>(scalar, $"found {scalar.Sort}; expected a whole number ≥ 0");
        return whole >= int.MinValue && whole <= int.MaxValue ? JsonValue.Create((int)whole) : Wrong<JsonNode>(scalar, $"found {scalar.Sort}; expected a whole number");
    }

    private JsonNode? ReadEnum(ScalarNode scalar, Type type)
    {
        var names = Enum.GetNames(type).Select(JsonNamingPolicy.CamelCase.ConvertName).ToArray();
        return names.Contains(scalar.Text)
            ? JsonValue.Create(scalar.Text)
            : Wrong<JsonNode>(scalar, $"unknown value '{scalar.Text}'{NearMatch.Hint(scalar.Text, names)}; expected one of {string.Join(", ", names)}");
    }

    private T? Wrong<T>(SourceNode node, string message)
        where T : JsonNode => Wrong<T>(node.Location, message);

    private T? Wrong<T>(SourceLocation at, string message)
        where T : JsonNode
    {
        Report(at, message);
        return null;
    }

    private static string Range(BetweenAttribute between) =>
        between.Maximum == double.MaxValue ? $"at least {between.Minimum}" : $"{between.Minimum} to {between.Maximum}";

    private static string Wanted(Type type) =>
        type == typeof(string) ? "text"
        : type == typeof(bool) ? "true or false"
        : type == typeof(BigInteger) ? "base units: digits in quotes"
        : type == typeof(DateTimeOffset) ? "a moment such as 2026-08-12T00:00:00Z"
        : type.IsEnum ? $"one of {string.Join(", ", Enum.GetNames(type).Select(JsonNamingPolicy.CamelCase.ConvertName))}"
        : type == typeof(double) ? "a finite number" : "a whole number";
}

/// <summary>The keys of a type, found by reflection once.</summary>
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

    /// <summary>What may stand there, in the order of the type.</summary>
    public IReadOnlyDictionary<string, Key> ByName { get; }

    /// <summary>What has to.</summary>
    public IReadOnlyList<string> Needed { get; }

    public static Keys Of(JsonTypeInfo contract) => Known.GetOrAdd(contract.Type, _ => new Keys(contract));

    /// <summary>A key's value.</summary>
    /// <param name="Type">Its type.</param>
    /// <param name="IsOptional">Whether it may be empty.</param>
    /// <param name="Between">Its range; null where there is none.</param>
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

    /// <summary>What is wrong with a text; null when it is fine.</summary>
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
