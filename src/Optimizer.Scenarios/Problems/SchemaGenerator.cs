using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using System.Xml.Linq;
using Optimizer.Model;

namespace Optimizer.Scenarios;

/// <summary>Generates the JSON Schema of each kind of file from the model and its documentation.</summary>
/// <remarks>It uses the same contract as the reader, so that editors and the tool agree.</remarks>
public sealed class SchemaGenerator
{
    private readonly JsonObject _definitions = [];
    private readonly NullabilityInfoContext _nullability = new();
    private readonly Dictionary<string, string> _docs = ReadDocs();

    /// <summary>The kinds of file that have a schema: type by schema file name.</summary>
    public static IReadOnlyDictionary<string, Type> Kinds { get; } = new Dictionary<string, Type>
    {
        ["chain"] = typeof(Chain),
        ["snapshot"] = typeof(Snapshot),
        ["scenario"] = typeof(Scenario),
        ["settings"] = typeof(Settings),
        ["answer"] = typeof(SolveResult),
        ["plan"] = typeof(TransactionPlan),
        ["policy"] = typeof(Policy),
        ["problem"] = typeof(ProblemFile),
        ["problem-answer"] = typeof(ProblemAnswer),
        ["pricing"] = typeof(PricingFile),
        ["margin"] = typeof(MarginFile),
        ["margin-parameters"] = typeof(PortfolioMarginParameters),
    };

    /// <summary>The schema of a kind of file, as indented JSON.</summary>
    /// <param name="kind">A key of <see cref="Kinds"/>.</param>
    public static string Generate(string kind)
    {
        var generator = new SchemaGenerator();
        var schema = generator.ObjectSchema(Formats.Options.GetTypeInfo(Kinds[kind]));
        schema.Insert(0, "$schema", "http://json-schema.org/draft-07/schema#");
        schema.Insert(1, "title", $"Optimizer {kind}");
        schema.Insert(2, "$id", $"urn:optimizer:{kind}:1");
        var properties = (JsonObject)schema["properties"]!;
        if (!properties.ContainsKey("$schema"))
            properties.Insert(0, "$schema", new JsonObject { ["type"] = "string" });
        schema["definitions"] = new JsonObject(generator._definitions
            .OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => KeyValuePair.Create(pair.Key, pair.Value?.DeepClone())));
        return schema.ToJsonString(new(Formats.Options)).ReplaceLineEndings("\n") + "\n";
    }

    private JsonObject Schema(Type type, BetweenAttribute? between = null)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (TextualForm.Of(type) is { } form)
            return Defined(type, () => new() { ["type"] = "string", ["pattern"] = form.Pattern, ["description"] = $"Write {form.Expected}." });
        if (Formats.KindsOf(type) is { } kinds)
            return Defined(type, () => KindSchema(type, kinds));
        if (type.IsEnum)
            return Defined(type, () => new()
            {
                ["description"] = Doc($"T:{type.FullName}"),
                ["enum"] = new JsonArray([.. Enum.GetNames(type).Select(name => (JsonNode)JsonNamingPolicy.CamelCase.ConvertName(name))]),
            });
        if (type == typeof(string) || type == typeof(System.Numerics.BigInteger))
            return new() { ["type"] = "string" };
        if (type == typeof(bool))
            return new() { ["type"] = "boolean" };
        if (type == typeof(DateTimeOffset))
            return new() { ["type"] = "string", ["format"] = "date-time" };
        if (type.IsPrimitive)
            return Bounded(new() { ["type"] = type == typeof(double) ? "number" : "integer" }, between);
        var contract = Formats.Options.GetTypeInfo(type);
        return contract.Kind switch
        {
            JsonTypeInfoKind.Enumerable => new() { ["type"] = "array", ["items"] = Schema(contract.ElementType!) },
            JsonTypeInfoKind.Dictionary => new() { ["type"] = "object", ["additionalProperties"] = Schema(contract.ElementType!) },
            _ => Defined(type, () => ObjectSchema(contract)),
        };
    }

    private JsonObject ObjectSchema(JsonTypeInfo contract)
    {
        var properties = new JsonObject();
        var required = new JsonArray();
        foreach (var property in contract.Properties)
        {
            var member = property.AttributeProvider as MemberInfo;
            var schema = Schema(property.PropertyType, member?.GetCustomAttribute<BetweenAttribute>());
            if (member is not null && Doc(member, contract.Type) is { Length: > 0 } doc)
                schema["description"] = doc;
            properties[property.Name] = schema;
            var isParameter = contract.Type.GetConstructors().Any(c => c.GetParameters().Any(p => string.Equals(p.Name, property.Name, StringComparison.OrdinalIgnoreCase)));
            var isNullable = Nullable.GetUnderlyingType(property.PropertyType) is not null
                || (member is PropertyInfo info && _nullability.Create(info).ReadState == NullabilityState.Nullable);
            if (property.IsRequired || (isParameter && !isNullable))
                required.Add(property.Name);
        }

        var result = new JsonObject
        {
            ["description"] = Doc($"T:{contract.Type.FullName}"),
            ["type"] = "object",
            ["properties"] = properties,
            ["additionalProperties"] = false,
        };
        if (required.Count > 0)
            result["required"] = required;
        return result;
    }

    private JsonObject KindSchema(Type type, IReadOnlyDictionary<string, Type> kinds) => new()
    {
        ["description"] = Doc($"T:{type.FullName}"),
        ["type"] = "object",
        ["properties"] = new JsonObject(kinds.Select(kind => KeyValuePair.Create(kind.Key, (JsonNode?)Schema(kind.Value)))),
        ["additionalProperties"] = false,
        ["minProperties"] = 1,
        ["maxProperties"] = 1,
    };

    private JsonObject Defined(Type type, Func<JsonObject> create)
    {
        var name = type.Namespace == typeof(Scenario).Namespace ? type.Name : $"{type.Namespace!.Split('.')[^1]}.{type.Name}";
        if (!_definitions.ContainsKey(name))
        {
            _definitions[name] = new JsonObject();
            _definitions[name] = create();
        }

        return new() { ["$ref"] = $"#/definitions/{name}" };
    }

    private static JsonObject Bounded(JsonObject schema, BetweenAttribute? between)
    {
        if (between is null)
            return schema;
        schema["minimum"] = between.Minimum;
        if (between.Maximum < double.MaxValue)
            schema["maximum"] = between.Maximum;
        return schema;
    }

    private string Doc(MemberInfo member, Type owner)
    {
        var declaring = member.DeclaringType ?? owner;
        return Doc($"P:{declaring.FullName}.{member.Name}") is { Length: > 0 } own ? own : Doc($"param:{declaring.FullName}.{member.Name}");
    }

    private string Doc(string id) => _docs.GetValueOrDefault(id, "");

    private static Dictionary<string, string> ReadDocs()
    {
        var docs = new Dictionary<string, string>();
        foreach (var file in Directory.EnumerateFiles(AppContext.BaseDirectory, "Optimizer.*.xml"))
        {
            foreach (var member in XDocument.Load(file).Descendants("member"))
            {
                var name = member.Attribute("name")!.Value;
                if (member.Element("summary") is { } summary)
                    docs[name] = Plain(summary);
                foreach (var parameter in name.StartsWith("T:", StringComparison.Ordinal) ? member.Elements("param") : [])
                    docs[$"param:{name[2..]}.{parameter.Attribute("name")!.Value}"] = Plain(parameter);
            }
        }

        return docs;
    }

    /// <summary>Documentation as one line of text; a reference becomes the last part of its name.</summary>
    private static string Plain(XElement element) => string.Join(' ', string.Concat(element.Nodes().Select(node => node switch
    {
        XElement { Name.LocalName: "see" or "paramref" } reference =>
            (reference.Attribute("cref") ?? reference.Attribute("name"))?.Value.Split('.', ':')[^1],
        XElement other => other.Value,
        XText text => text.Value,
        _ => "",
    })).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
