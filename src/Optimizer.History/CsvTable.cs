using System.Text;
using CsvHelper;

namespace Optimizer.History;

/// <summary>One row of a CSV file.</summary>
/// <param name="Line">Its line number, starting at 1.</param>
/// <param name="Fields">Its fields, without surrounding quotes and spaces.</param>
internal sealed record CsvRow(int Line, string[] Fields);

/// <summary>The raw rows of a CSV file: UTF-8 or UTF-16, separated by commas, semicolons, tabs or bars.</summary>
/// <param name="File">The file.</param>
/// <param name="Delimiter">The field separator.</param>
/// <param name="Rows">All rows that are not blank, including the header.</param>
internal sealed record CsvTable(string File, char Delimiter, IReadOnlyList<CsvRow> Rows)
{
    /// <summary>Reads a file.</summary>
    /// <exception cref="HistoryException">The file is not text or not valid CSV.</exception>
    public static CsvTable Read(string file)
    {
        var text = Text(file);
        var first = text.Split('\n').FirstOrDefault(line => !string.IsNullOrWhiteSpace(line)) ?? "";
        var delimiter = Separator(first);
        var rows = new List<CsvRow>();
        using var reader = CsvReader.FromText(text, new CsvReaderOptions { Separator = delimiter, HasHeader = false, SkipEmptyLines = true, TrimWhitespace = true, TrackLineNumbers = true });
        try
        {
            while (reader.Read())
            {
                string[] fields = [.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetString)];
                if (fields.Any(field => field.Length > 0))
                    rows.Add(new((int)reader.LineNumber, fields));
            }
        }
        catch (CsvFormatException wrong)
        {
            throw new HistoryException($"{file}:{wrong.LineNumber}: not valid CSV: {wrong.Message.Split('\n')[0]}", wrong);
        }

        return new(file, delimiter, rows);
    }

    private static string Text(string file)
    {
        var bytes = System.IO.File.ReadAllBytes(file);
        Encoding encoding = bytes switch
        {
            [0xFF, 0xFE, ..] => Encoding.Unicode,
            [0xFE, 0xFF, ..] => Encoding.BigEndianUnicode,
            // Without a byte order mark: in UTF-16, every second byte of ASCII text is zero.
            [not 0, 0, not 0, 0, ..] => Encoding.Unicode,
            [0, not 0, 0, not 0, ..] => Encoding.BigEndianUnicode,
            _ => new UTF8Encoding(false, throwOnInvalidBytes: true),
        };
        try
        {
            var text = encoding.GetString(bytes).TrimStart('\uFEFF');
            return text.Contains('\0', StringComparison.Ordinal) ? throw new HistoryException($"{file} is not text; expected a CSV file") : text;
        }
        catch (DecoderFallbackException)
        {
            return Encoding.Latin1.GetString(bytes);
        }
    }

    /// <summary>The separator that occurs most often outside quotes.</summary>
    private static char Separator(string line)
    {
        var plain = string.Concat(line.Split('"').Where((_, i) => i % 2 == 0));
        return ",;\t|".MaxBy(separator => plain.Count(c => c == separator));
    }
}
