using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Optimizer.Contracts.Abi;
using Optimizer.Model;

namespace Optimizer.Transactions.Safe;

/// <summary>Writes batch files with a checksum for Safe's Transaction Builder.</summary>
/// <remarks>Source: safe-global/safe-react-apps, tx-builder, checksum.ts. The checksum is the Keccak-256 of a special serialisation: an
/// object lists its sorted keys and then its values, each followed by a comma; the name counts as null, and the checksum itself is left
/// out.</remarks>
public static class SafeBatchFile
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A batch as a file.</summary>
    /// <param name="chainId">The EIP-155 id.</param>
    /// <param name="safe">The Safe.</param>
    /// <param name="name">The title shown in the app.</param>
    /// <param name="description">The description shown in the app.</param>
    /// <param name="createdAt">When it was made.</param>
    /// <param name="calls">The calls, in order.</param>
    public static string Write(BigInteger chainId, EvmAddress safe, string name, string description, DateTimeOffset createdAt, IEnumerable<ContractCall> calls)
    {
        var batch = new JsonObject
        {
            ["version"] = "1.0",
            ["chainId"] = chainId.ToString(CultureInfo.InvariantCulture),
            ["createdAt"] = createdAt.ToUnixTimeMilliseconds(),
            ["meta"] = new JsonObject
            {
                ["name"] = name,
                ["description"] = description,
                ["txBuilderVersion"] = "1.16.5",
                ["createdFromSafeAddress"] = safe.ToString(),
                ["createdFromOwnerAddress"] = "",
            },
            ["transactions"] = new JsonArray([.. calls.Select(call => new JsonObject
            {
                ["to"] = call.To,
                ["value"] = call.Value.ToString(CultureInfo.InvariantCulture),
                ["data"] = call.Data,
                ["contractMethod"] = null,
                ["contractInputsValues"] = null,
            })]),
        };
        batch["meta"]!["checksum"] = Checksum(batch);
        return batch.ToJsonString(Indented) + "\n";
    }

    /// <summary>The checksum of a batch.</summary>
    /// <param name="batch">The file; an existing checksum in it is ignored.</param>
    public static string Checksum(JsonObject batch)
    {
        var counted = (JsonObject)batch.DeepClone();
        var meta = (JsonObject?)counted["meta"];
        meta?.Remove("checksum");
        if (meta is not null)
            meta["name"] = null;
        return $"0x{Convert.ToHexStringLower(Hex.Keccak(Encoding.UTF8.GetBytes(Serialize(counted))))}";
    }

    /// <summary>Safe's serialisation of a value.</summary>
    public static string Serialize(JsonNode? value)
    {
        var text = new StringBuilder();
        Append(text, value);
        return text.ToString();
    }

    private static void Append(StringBuilder text, JsonNode? value)
    {
        switch (value)
        {
            case null:
                text.Append("null");
                break;
            case JsonArray items:
                text.Append('[');
                for (var i = 0; i < items.Count; i++)
                {
                    if (i > 0)
                        text.Append(',');
                    Append(text, items[i]);
                }

                text.Append(']');
                break;
            case JsonObject fields:
                var keys = fields.Select(field => field.Key).Order(StringComparer.Ordinal).ToArray();
                text.Append("{[");
                for (var i = 0; i < keys.Length; i++)
                {
                    if (i > 0)
                        text.Append(',');
                    AppendText(text, keys[i]);
                }

                text.Append(']');
                foreach (var key in keys)
                {
                    Append(text, fields[key]);
                    text.Append(',');
                }

                text.Append('}');
                break;
            default:
                if (value.GetValueKind() == JsonValueKind.String)
                    AppendText(text, value.GetValue<string>());
                else
                    text.Append(value.ToJsonString());
                break;
        }
    }

    /// <summary>Text as JavaScript serialises it: only necessary escapes.</summary>
    private static void AppendText(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (var c in value)
        {
            text.Append(c switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\b' => "\\b",
                '\f' => "\\f",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                < ' ' => $"\\u{(int)c:x4}",
                _ => c.ToString(),
            });
        }

        text.Append('"');
    }
}
