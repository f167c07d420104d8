using System.Text.Json;
using System.Text.Json.Serialization;

namespace Optimizer.Model;

/// <summary>A value that is written as one text with its unit: <c>40 %</c>, <c>90 days</c>.</summary>
/// <typeparam name="TSelf">The value's own type.</typeparam>
public interface ITextual<TSelf>
    where TSelf : ITextual<TSelf>
{
    /// <summary>The expected form, with an example; the end of error messages.</summary>
    static abstract string Expected { get; }

    /// <summary>A regular expression that every accepted text matches; it goes into the JSON Schemas.</summary>
    static abstract string Pattern { get; }

    /// <summary>Reads the text.</summary>
    /// <exception cref="FormatException">The text is not such a value; the message says what is wrong with it.</exception>
    static abstract TSelf Parse(string text);
}

/// <summary>Writes and reads an <see cref="ITextual{TSelf}"/> as a JSON string.</summary>
public sealed class TextualConverter<T> : JsonConverter<T>
    where T : ITextual<T>
{
    /// <inheritdoc/>
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        try
        {
            return T.Parse(reader.GetString()!);
        }
        catch (FormatException wrong)
        {
            throw new JsonException(wrong.Message, wrong);
        }
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
