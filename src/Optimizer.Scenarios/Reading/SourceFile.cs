using System.Text;
using System.Text.Json;
using CsvHelper;
using Optimizer.Model;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Optimizer.Scenarios;

/// <summary>Reads a YAML, JSON or CSV file into located nodes; the file extension tells which.</summary>
internal static class SourceFile
{
    private const int MaximumDepth = 64;
    private const long MaximumBytes = 256L << 20;

    /// <summary>Reads the file.</summary>
    /// <exception cref="InputException">The file cannot be read, is not text, or is malformed.</exception>
    public static MappingNode Read(string path)
    {
        var bytes = ReadBytes(path);
        string text;
        try
        {
            text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw Wrong(path, 1, 1, "is not a text file in UTF-8");
        }

        if (text.Contains('\0', StringComparison.Ordinal))
            throw Wrong(path, 1, 1, "is a binary file; expected text");
        text = text.TrimStart('\uFEFF');
        if (path.EndsWith(".csv", StringComparison.OrdinalIgnoreCase))
            return ReadCsv(path, text);
        var root = path.EndsWith(".json", StringComparison.OrdinalIgnoreCase) ? ReadJson(path, text) : ReadYaml(path, text);
        return root as MappingNode ?? throw Wrong(path, root.Location.Line, root.Location.Column, $"holds {root.Sort}; expected keys with values");
    }

    private static byte[] ReadBytes(string path)
    {
        try
        {
            if (path.Length == 0)
                throw Wrong("(no name)", 1, 1, "is empty; expected a file's name");
            if (Directory.Exists(path))
                throw Wrong(path, 1, 1, "is a folder; expected a file");
            if (new FileInfo(path) is { Exists: true, Length: > MaximumBytes } large)
                throw Wrong(path, 1, 1, $"is {large.Length >> 20} MB large; expected at most {MaximumBytes >> 20} MB");
            return File.ReadAllBytes(path);
        }
        catch (Exception broken) when (broken is IOException or UnauthorizedAccessException)
        {
            throw Wrong(path, 1, 1, broken is FileNotFoundException or DirectoryNotFoundException
                ? "does not exist" : $"cannot be read: {broken.Message}");
        }
    }

    /// <summary>A table as the list <c>rows</c> of sets of keys; the keys are those of the first line, and empty cells are left out. Columns
    /// count cells.</summary>
    private static MappingNode ReadCsv(string path, string text)
    {
        var first = text.Split('\n').FirstOrDefault(line => !string.IsNullOrWhiteSpace(line)) ?? throw Wrong(path, 1, 1, "is empty");
        var options = new CsvReaderOptions { Separator = ",;\t".MaxBy(separator => first.Count(c => c == separator)), HasHeader = false, SkipEmptyLines = true, TrimWhitespace = true, TrackLineNumbers = true };
        using var reader = CsvReader.FromText(text, options);
        var (rows, header) = (new List<SourceNode>(), Array.Empty<string>());
        try
        {
            while (reader.Read())
            {
                string[] cells = [.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetString)];
                var line = (int)reader.LineNumber;
                if (Array.FindIndex(cells, cell => cell.Contains('\n', StringComparison.Ordinal)) is var open and >= 0)
                    throw Wrong(path, line, open + 1, "this cell goes on over several lines: a quote is not closed");
                if (header.Length == 0)
                    header = Header(path, line, cells);
                else if (cells.Length > header.Length)
                    throw Wrong(path, line, header.Length + 1, $"this line has {cells.Length} cells; expected {header.Length}, as in the first line");
                else
                    rows.Add(new MappingNode(new(path, line, 1), [.. cells.Index().Where(cell => cell.Item.Length > 0).Select(cell => new MappingEntry(header[cell.Index], new(path, line, cell.Index + 1), new ScalarNode(new(path, line, cell.Index + 1), cell.Item, ScalarStyle.Plain)))]));
            }
        }
        catch (CsvFormatException wrong)
        {
            throw Wrong(path, (int)wrong.LineNumber, 1, $"is not well-formed CSV: {wrong.Message.Split('\n')[0]}");
        }

        return rows.Count > 0 ? new(new(path, 1, 1), [new("rows", new(path, 1, 1), new SequenceNode(new(path, 1, 1), rows))])
            : throw Wrong(path, 1, 1, "has no rows below its first line, which names the columns");
    }

    private static string[] Header(string path, int line, string[] cells)
    {
        for (var c = 0; c < cells.Length; c++)
        {
            if (cells[c].Length == 0)
                throw Wrong(path, line, c + 1, "a column without a name; the first line names the columns");
            if (Array.IndexOf(cells, cells[c]) is var first && first < c)
                throw Wrong(path, line, c + 1, $"a second column '{cells[c]}'; the first is column {first + 1}");
        }

        return cells;
    }

    private static SourceNode ReadYaml(string path, string text)
    {
        var scanner = new Scanner(new StringReader(text));
        try
        {
            var parser = new Parser(scanner);
            parser.Consume<StreamStart>();
            if (parser.Accept<StreamEnd>(out _))
                throw Wrong(path, 1, 1, "is empty");
            parser.Consume<DocumentStart>();
            var root = ReadYaml(path, parser, 0);
            parser.Consume<DocumentEnd>();
            if (parser.Accept<DocumentStart>(out var second))
                throw Wrong(path, (int)second.Start.Line, (int)second.Start.Column, "a second document starts here; expected one document per file");
            return root;
        }
        catch (Exception broken) when (broken is not InputException)
        {
            // A bracket that is never closed, for example, throws something other than YamlException.
            var at = broken is YamlException located ? located.Start : scanner.CurrentPosition;
            throw NotWellFormed(path, text, (int)at.Line, (int)at.Column, broken is YamlException ? broken.Message : null);
        }
    }

    private static InputException NotWellFormed(string path, string text, int line, int column, string? message)
    {
        var rows = text.Split('\n');
        if (message?.Contains("tab", StringComparison.OrdinalIgnoreCase) == true
            && Array.FindIndex(rows, row => row.AsSpan(0, row.Length - row.AsSpan().TrimStart().Length).Contains('\t')) is var tab and >= 0)
            return Wrong(path, tab + 1, 1, "is not well-formed YAML: this line is indented by a tab; indent by spaces");
        if (OpenBracket(rows.AsSpan(0, Math.Min(line, rows.Length)), column) is { } open)
            return Wrong(path, open.Line, open.Column, $"is not well-formed YAML: this '{open.Bracket}' is not closed; the text is invalid from line {line} on");
        return Wrong(path, line, column, $"is not well-formed YAML: {message ?? "a quote is not closed"}");
    }

    /// <summary>The innermost bracket or brace that is open at the end of some lines, ignoring comments and quoted text.</summary>
    /// <param name="rows">The lines.</param>
    /// <param name="end">The column of the last line at which the search ends.</param>
    private static (int Line, int Column, char Bracket)? OpenBracket(ReadOnlySpan<string> rows, int end)
    {
        var open = new Stack<(int Line, int Column, char Bracket)>();
        for (var line = 1; line <= rows.Length; line++)
        {
            var (row, quote, before) = (rows[line - 1], '\0', ' ');
            for (var c = 0; c < row.Length && (line < rows.Length || c < end); c++)
            {
                if (quote != '\0')
                    quote = row[c] == quote ? '\0' : quote;
                else if (row[c] is '"' or '\'' && before is ' ' or ':' or ',' or '-' or '[' or '{')
                    quote = row[c];
                else if (row[c] == '#' && (c == 0 || row[c - 1] == ' '))
                    break;
                else if (row[c] is '[' or '{' && before is ' ' or ':' or ',' or '-' or '[' or '{')
                    open.Push((line, c + 1, row[c]));
                else if (row[c] is ']' or '}')
                    open.TryPop(out _);
                before = char.IsWhiteSpace(row[c]) ? before : row[c];
            }
        }

        return open.TryPeek(out var last) ? last : null;
    }

    private static SourceNode ReadYaml(string path, IParser parser, int depth)
    {
        var at = parser.Current!.Start;
        var location = new SourceLocation(path, (int)at.Line, (int)at.Column);
        if (depth > MaximumDepth)
            throw new InputException([new(location, $"is nested more than {MaximumDepth} levels deep")]);
        if (parser.Current is NodeEvent { Anchor.IsEmpty: false } or AnchorAlias)
            throw new InputException([new(location, "anchors and aliases (&, *) are not supported; write the value out")]);
        if (parser.Current is NodeEvent { Tag.IsEmpty: false })
            throw new InputException([new(location, "tags (!) are not supported; write a plain value")]);
        if (parser.TryConsume<Scalar>(out var scalar))
            return new ScalarNode(location, scalar.Value, scalar.Style != YamlDotNet.Core.ScalarStyle.Plain ? ScalarStyle.Quoted
                : scalar.Value is "" or "~" or "null" ? ScalarStyle.Null : ScalarStyle.Plain);
        if (parser.TryConsume<SequenceStart>(out _))
        {
            var items = new List<SourceNode>();
            while (!parser.TryConsume<SequenceEnd>(out _))
                items.Add(ReadYaml(path, parser, depth + 1));
            return new SequenceNode(location, items);
        }

        parser.Consume<MappingStart>();
        var entries = new List<MappingEntry>();
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            var key = ReadYaml(path, parser, depth + 1);
            if (key is not ScalarNode name)
                throw new InputException([new(key.Location, $"found {key.Sort}; expected a key")]);
            entries.Add(new(name.Text, name.Location, ReadYaml(path, parser, depth + 1)));
        }

        return new MappingNode(location, entries);
    }

    private static SourceNode ReadJson(string path, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var lines = new List<int> { 0 };
        for (var i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] == '\n')
                lines.Add(i + 1);
        }

        SourceLocation At(long index)
        {
            var line = lines.BinarySearch((int)index);
            line = line < 0 ? ~line - 1 : line;
            return new(path, line + 1, (int)index - lines[line] + 1);
        }

        try
        {
            var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = MaximumDepth });
            if (!reader.Read())
                throw Wrong(path, 1, 1, "is empty");
            var root = ReadJson(ref reader, At);
            reader.Read();
            return root;
        }
        catch (JsonException broken)
        {
            var what = broken.Message.Split(". LineNumber", 2)[0].Split(" LineNumber", 2)[0];
            throw Wrong(path, (int)(broken.LineNumber ?? 0) + 1, (int)(broken.BytePositionInLine ?? 0) + 1,
                bytes.All(b => b is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t') ? "is empty" : $"is not well-formed JSON: {what}");
        }
    }

    private static SourceNode ReadJson(ref Utf8JsonReader reader, Func<long, SourceLocation> at)
    {
        var location = at(reader.TokenStartIndex);
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                var entries = new List<MappingEntry>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    var (key, keyAt) = (reader.GetString()!, at(reader.TokenStartIndex));
                    reader.Read();
                    entries.Add(new(key, keyAt, ReadJson(ref reader, at)));
                }

                return new MappingNode(location, entries);
            case JsonTokenType.StartArray:
                var items = new List<SourceNode>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    items.Add(ReadJson(ref reader, at));
                return new SequenceNode(location, items);
            case JsonTokenType.String:
                return new ScalarNode(location, reader.GetString()!, ScalarStyle.Quoted);
            case JsonTokenType.Null:
                return new ScalarNode(location, "null", ScalarStyle.Null);
            default:
                return new ScalarNode(location, Encoding.UTF8.GetString(reader.ValueSpan), ScalarStyle.Plain);
        }
    }

    private static InputException Wrong(string path, int line, int column, string message) =>
        new([new(new(path, Math.Max(line, 1), Math.Max(column, 1)), message)]);
}
