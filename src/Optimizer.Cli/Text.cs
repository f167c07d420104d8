using Spectre.Console;

namespace Optimizer.Cli;

/// <summary>Formats numbers and tables for the terminal.</summary>
internal static class Text
{
    public static string Usd(double usd) => Math.Abs(usd) < 0.005 ? "0" : Math.Abs(usd) < 10 ? $"{usd:0.00}" : $"{usd:#,0}";

    public static string Signed(double usd, bool plus = false) => usd < 0 ? $"−{Usd(-usd)}" : $"{(plus ? "+" : "")}{Usd(usd)}";

    public static string Cents(double usd) => $"{usd:#,0.00}";

    public static string Percent(double fraction, int places = 2)
    {
        var text = (fraction * 100).ToString(places == 1 ? "0.0" : "0.00");
        return (text.StartsWith('-') && text.All(c => c is '-' or '0' or '.') ? text[1..] : text) + " %";
    }

    public static string InUnit(double figure, string unit) => unit == "usd" ? $"{Usd(figure)} USD" : $"{figure:0.##}";

    /// <summary>A duration in a suitable unit, with two or three digits.</summary>
    public static string Time(double days) => days switch
    {
        < 1.0 / 24 => $"{Math.Ceiling(days * 24 * 60):0} min",
        < 2 => $"{days * 24:0.#} h",
        < 10 => $"{days:0.#} days",
        _ => $"{days:#,0} days",
    };

    /// <summary>Any number with about five digits: <c>−1,234.57</c>, <c>0.12346</c>, <c>3.4e-4</c>.</summary>
    public static string Figure(double number) => (number < 0 ? "−" : "") + Math.Abs(number) switch
    {
        0 => "0",
        double.PositiveInfinity => "∞",
        >= 1e12 or < 1e-3 => $"{Math.Abs(number):0.###e+0}",
        >= 100_000 => $"{Math.Abs(number):#,0}",
        >= 1_000 => $"{Math.Abs(number):#,0.00}",
        _ => $"{Math.Abs(number):G5}",
    };

    /// <summary>A count with its noun: <c>1 call</c>, <c>2 calls</c>.</summary>
    public static string Counted(int count, string thing) => $"{count} {thing}{(count == 1 ? "" : "s")}";

    /// <summary>An enum's name as words: <c>BridgeSend</c> → <c>bridge send</c>.</summary>
    public static string Words(string name) =>
        string.Concat(name.Select((c, i) => char.IsUpper(c) ? $"{(i > 0 ? " " : "")}{char.ToLowerInvariant(c)}" : $"{c}"));

    /// <summary>A table with plain borders; a title that ends in &gt; is aligned to the right.</summary>
    public static Table Table(params string[] titles)
    {
        var table = new Table { Border = TableBorder.Simple };
        foreach (var title in titles)
        {
            var column = new TableColumn(Markup.Escape(title.TrimEnd('>')));
            if (title.EndsWith('>'))
                column.RightAligned();
            table.AddColumn(column);
        }

        return table;
    }
}
