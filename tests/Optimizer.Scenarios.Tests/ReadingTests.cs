using Optimizer.Model;

namespace Optimizer.Scenarios.Tests;

/// <summary>What is said of wrong files: where, what, and what was expected.</summary>
public sealed class ReadingTests
{
    private static readonly string Treasury = File.ReadAllText(Repository.Path("scenarios", "treasury-usdc.yaml"));

    [Fact]
    public void Every_file_in_the_repository_is_valid()
    {
        var files = new ScenarioFiles();
        Assert.All(Directory.EnumerateFiles(Repository.Path("scenarios"), "*.yaml")
            .Concat(Directory.EnumerateFiles(Repository.Path("chains"), "*.yaml"))
            .Append(Repository.Path("scenarios", "snapshots", "2026-08-12.json"))
            .Append(Repository.Path("optimizer.yaml")), file => FileCheck.Of(file));
    }

    [Theory]
    [InlineData("horizon: 180 days", "horizn: 180 days", "unknown key 'horizn'; did you mean 'horizon'?")]
    [InlineData("horizon: 180 days", "horizon: 180", "'180' has no unit; expected a duration")]
    [InlineData("horizon: 180 days", "horizon: 180 moons", "unknown unit 'moons'")]
    [InlineData("horizon: 180 days", "horizon: 180 days\nhorizon: 90 days", "key 'horizon' appears twice")]
    [InlineData("amount: 4_000_000", "amount: -4", "'-4' is negative; expected an amount")]
    [InlineData("amount: 4_000_000", "amount: 4,000,000", "a comma ends a value here; write groups of three digits as 1_250_000")]
    [InlineData("amount: 4_000_000", "amount: '2,5'", "use a point for decimals")]
    [InlineData("max: 60 %", "max: '60,5 %'", "use a point for decimals")]
    [InlineData("horizon: 180 days", "horizon: 1,5 days", "use a point for decimals")]
    [InlineData("riskAversion: 4", "riskAversion: '4'", "found the text '4'; expected a finite number")]
    [InlineData("amount: 4_000_000", "amount: 4000000000000", "add up to a book of 4.0 trillion USD; are these base units?")]
    [InlineData("token: USDT@ethereum", "token: USDT@base", "unknown token 'USDT@base': USDT is on arbitrum, ")]
    [InlineData("token: USDT@ethereum", "token: USDT@etherum", "there is no chain 'etherum'; did you mean 'ethereum'?")]
    [InlineData("token: USDT@ethereum", "token: '0xdAC17F958D2ee523a2206206994597C13D831ec7'", "that address is USDT@ethereum")]
    [InlineData("each: protocol, max: 25 %", "protocol: aave, max: 25 %", "unknown protocol 'aave'; did you mean 'aave-v3'?")]
    [InlineData("objective:", "views: { ETH: -150 % }\nobjective:", "-150 % is out of range; expected above −100 %")]
    [InlineData("horizon: 180 days", "horizon: 180 days\naccounts: { ethereum: '0x5afe3855358E112B5647B952709E6165e1c1eEEe' }", "the checksum of '0x5afe")]
    [InlineData("horizon: 180 days", "horizon: 180 days\naccounts: { ethereum: 'eth:0x5aFE3855358E112B5647B952709E6165e1c1eEEe' }", "has a prefix; expected the address alone")]
    [InlineData("amount: 4_000_000", "amount: 4.1234567", "has 7 decimal places; the token has 6")]
    [InlineData("token: USDC@ethereum", "token: USDD@ethereum", "unknown token 'USDD@ethereum'; did you mean 'USD")]
    [InlineData("token: USDC@ethereum", "token: USDC", "'USDC' is not a token as symbol@chain")]
    [InlineData("aave-v3/arbitrum/USDC", "aave-v3/arbitrum/USCD", "unknown opportunity 'aave-v3/arbitrum/USCD'; did you mean 'aave-v3/arbitrum/USDC'?")]
    [InlineData("riskAversion: 4", "riskAversion: four", "'four' is not a finite number")]
    [InlineData("riskAversion: 4", "riskAversion: .nan", "'.nan' is not a finite number")]
    [InlineData("riskAversion: 4", "riskAversion: -1", "-1 is out of range; expected 0 to")]
    [InlineData("riskAversion: 4", "riskAversion: 1e999", "1E999 is out of range")]
    [InlineData("each: chain, max: 60 %", "each: chian, max: 60 %", "unknown value 'chian'; did you mean 'chain'?")]
    [InlineData("asset: USDe, max: 10 %", "asset: USDe, min: 20 %, max: 10 %", "a cap of 10 % is under the floor of 20 %")]
    [InlineData("asset: USDe, max: 10 %", "asset: USDe, chain: base, max: 10 %", "has 2 selectors; expected exactly one")]
    [InlineData("exitLadder: {", "exitLader: {", "unknown kind 'exitLader'; did you mean 'exitLadder'?")]
    [InlineData("chains: [ethereum, base, arbitrum]", "chains: ethereum", "found 'ethereum'; expected a list")]
    [InlineData("snapshot: snapshots/2026-08-12.json", "snapshot: snapshots/2026.json", "file not found")]
    [InlineData("objective:", "objektive:", "key 'objective' is missing")]
    [InlineData("name: Treasury, 10M in stablecoins", "name: *x", "anchors and aliases")]
    public void Wrong_scenarios_are_explained(string right, string wrong, string expected)
    {
        var text = Treasury.Replace(right, wrong, StringComparison.Ordinal);
        Assert.NotEqual(Treasury, text);
        var errors = Errors(text);
        var line = 1 + Treasury[..Treasury.IndexOf(right, StringComparison.Ordinal)].Count(c => c == '\n');
        Assert.Contains(errors, e => e.Message.Contains(expected, StringComparison.Ordinal)
            && (e.Location.Line >= line || expected.Contains("missing", StringComparison.Ordinal)) && e.Location.Column > 0);
    }

    /// <summary>YAML that is broken in every way people break it: the place and the way out, never a crash.</summary>
    [Theory]
    [InlineData("chains: [ethereum, base, arbitrum]", "chains: [ethereum, base, arbitrum", "this '[' is not closed")]
    [InlineData("amount: 4_000_000 }", "amount: 4_000_000", "this '{' is not closed")]
    [InlineData("name: Treasury", "name: \"Treasury", "is not well-formed YAML")]
    [InlineData("name: Treasury", "name: 'Treasury", "is not well-formed YAML")]
    [InlineData("  - { token: USDT@ethereum", "\t- { token: USDT@ethereum", "this line is indented by a tab")]
    [InlineData("  - { token: USDT@ethereum", "   - { token: USDT@ethereum", "is not well-formed YAML")]
    [InlineData("name: Treasury", "name: &a Treasury", "anchors and aliases")]
    [InlineData("name: Treasury", "name: !!str Treasury", "tags (!)")]
    [InlineData("name: Treasury", "name: @Treasury", "is not well-formed YAML")]
    [InlineData("name: Treasury", "name: %Treasury", "is not well-formed YAML")]
    [InlineData("objective:", "? [objective]", "expected a key")]
    public void Broken_yaml_is_located(string right, string wrong, string expected)
    {
        foreach (var ending in (string[])["\n", "\r\n"])
        {
            var text = Treasury.Replace(right, wrong, StringComparison.Ordinal).ReplaceLineEndings(ending);
            Assert.Contains(Errors(text), e => e.Message.Contains(expected, StringComparison.Ordinal) && e.Location is { Line: > 0, Column: > 0 });
        }
    }

    [Fact]
    public void A_scenario_in_the_place_of_a_snapshot_is_named() =>
        Assert.Contains("is a scenario; expected a snapshot", Errors(Treasury.Replace("snapshots/2026-08-12.json", "scenario.yaml", StringComparison.Ordinal)).Single().Message, StringComparison.Ordinal);

    [Fact]
    public void A_byte_order_mark_and_dos_line_ends_change_nothing()
    {
        var folder = Copy("\uFEFF" + Treasury.ReplaceLineEndings("\r\n"));
        Assert.Equal("Treasury, 10M in stablecoins", new ScenarioFiles().Load(Path.Combine(folder, "scenarios", "scenario.yaml")).Scenario.Name);
        Directory.Delete(folder, true);
    }

    /// <summary>What can be meant, but seldom is, is answered and said.</summary>
    [Theory]
    [InlineData("- count: { of: positions, max: 8 }", "- count: { of: positions, max: 0 }", "no positions are allowed")]
    [InlineData("- count: { of: positions, max: 8 }", "- frozen: { opportunity: aave-v3/base/USDC }", "nothing is held in aave-v3/base/USDC")]
    [InlineData("objective:", "views: { SOL: 5 % }\nobjective:", "is exposed to SOL")]
    [InlineData("token: USDT@ethereum, amount: 1_000_000", "token: USDT@ethereum, amount: 0", "the amount of USDT@ethereum is zero")]
    [InlineData("token: USDT@ethereum, amount: 1_000_000", "token: USDC@ethereum, amount: 1_000_000", "USDC@ethereum is listed more than once")]
    [InlineData("chains: [ethereum, base, arbitrum]", "chains: [ethereum, arbitrum]", "USDC@base is on a chain outside the universe")]
    [InlineData("assets: [USDC, USDT, USDS, DAI, USDe]", "assets: [USDT]", "aave-v3/ethereum/USDC is outside the universe")]
    public void What_is_seldom_meant_is_noted(string right, string wrong, string expected)
    {
        var folder = Copy(Treasury.Replace(right, wrong, StringComparison.Ordinal));
        var notes = new ScenarioFiles().Load(Path.Combine(folder, "scenarios", "scenario.yaml")).Notes;
        Assert.Contains(notes, note => note.Message.Contains(expected, StringComparison.Ordinal) && note.Location.Line > 1);
        Directory.Delete(folder, true);
    }

    [Fact]
    public void All_errors_of_a_file_are_told_at_once()
    {
        var text = Treasury.Replace("horizon: 180 days", "horizon: 180", StringComparison.Ordinal)
            .Replace("riskAversion: 4", "riskAversion: four", StringComparison.Ordinal)
            .Replace("positions, max: 8", "positions, max: eight", StringComparison.Ordinal);
        Assert.Equal(3, Errors(text).Count);
    }

    [Fact]
    public void A_scenario_overrides_settings_level_by_level()
    {
        var folder = Copy(Treasury + "\nsettings:\n  solver: { gap: 1 % }\n  risk: { ratings: { A: 5 % } }\n");
        var settings = new ScenarioFiles().Load(Path.Combine(folder, "scenarios", "scenario.yaml")).Settings;
        Assert.Equal(0.01, settings.Solver.Gap.Fraction);
        Assert.Equal(0.05, settings.Risk.Ratings["A"].Fraction);
        Assert.Equal(0.0001, settings.Risk.Ratings["A+"].Fraction);
        Assert.Equal(30, settings.Solver.TimeLimit.Seconds, 1e-9);
        Directory.Delete(folder, true);
    }

    [Fact]
    public void Settings_in_the_file_are_the_defaults_of_the_code()
    {
        var loaded = new ScenarioFiles().Load(Repository.Path("scenarios", "sol-book.yaml")).Settings;
        Assert.Equal(Formats.Serialize(new Settings()), Formats.Serialize(loaded));
    }

    /// <summary>Two hundred broken files: cut off, bytes changed, lines doubled or shifted, nests, floods.</summary>
    [Fact]
    public void Malformed_files_end_in_located_errors_and_nothing_else()
    {
        var random = new Random(7);
        var snapshot = File.ReadAllText(Repository.Path("scenarios", "snapshots", "2026-08-12.json"));
        var chain = File.ReadAllText(Repository.Path("chains", "base.yaml"));
        var folder = Copy(Treasury);
        var wrong = 0;
        for (var i = 0; i < 200; i++)
        {
            var (name, text) = (i % 3) switch
            {
                0 => ("scenario.yaml", Treasury),
                1 => ("chain.yaml", chain),
                _ => ("snapshot.json", snapshot),
            };
            var file = Path.Combine(folder, "scenarios", name);
            File.WriteAllBytes(file, Break(text, i, random));
            try
            {
                FileCheck.Of(file);
            }
            catch (InputException error)
            {
                wrong++;
                Assert.NotEmpty(error.Diagnostics);
                Assert.All(error.Diagnostics, d => Assert.True(d.Location.Line > 0 && d.Location.Column > 0 && d.Message.Length > 5));
            }
        }

        // A random change now and then leaves a valid file.
        Assert.InRange(wrong, 170, 200);
        Directory.Delete(folder, true);
    }

    private static byte[] Break(string text, int i, Random random)
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(text);
        var lines = text.Split('\n').ToList();
        var at = random.Next(3, lines.Count - 1);
        switch (i / 3 % 14)
        {
            case 0:
                return bytes[..random.Next(0, bytes.Length / 2)];
            case 1:
                random.NextBytes(bytes.AsSpan(random.Next(bytes.Length - 50), 40));
                return bytes;
            case 2:
                return [];
            case 3:
                return [0, 1, 2, 255, 254, 0];
            case 4:
                lines.Insert(at, lines[at]);
                break;
            case 5:
                lines[at] = "   " + lines[at] + " }";
                break;
            case 6:
                lines[at] = "\t" + lines[at];
                break;
            case 7:
                return System.Text.Encoding.UTF8.GetBytes(new string('[', 100_000));
            case 8:
                return System.Text.Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"a\":", 5_000)));
            case 9:
                return System.Text.Encoding.UTF8.GetBytes("a: &a [1]\nb: &b [*a, *a]\nc: [*b, *b]\nholdings: *b\n");
            case 10:
                return System.Text.Encoding.UTF8.GetBytes(System.Text.RegularExpressions.Regex.Replace(text, "[0-9]+", "9e999"));
            case 11:
                return System.Text.Encoding.UTF8.GetBytes(System.Text.RegularExpressions.Regex.Replace(text, ": *[0-9.]+", ": NaN"));
            case 12:
                return System.Text.Encoding.UTF8.GetBytes(text.Replace(": ", ": !!binary ", StringComparison.Ordinal));
            default:
                lines.RemoveAt(at);
                lines.Insert(at, "unknown" + i + ": ?");
                break;
        }

        return System.Text.Encoding.UTF8.GetBytes(string.Join('\n', lines));
    }

    private static IReadOnlyList<Diagnostic> Errors(string scenario)
    {
        var folder = Copy(scenario);
        try
        {
            return Assert.Throws<InputException>(() => new ScenarioFiles().Load(Path.Combine(folder, "scenarios", "scenario.yaml"))).Diagnostics;
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }

    /// <summary>A folder like the repository's with one scenario.</summary>
    private static string Copy(string scenario)
    {
        var folder = Directory.CreateTempSubdirectory("optimizer-").FullName;
        Directory.CreateDirectory(Path.Combine(folder, "chains"));
        Directory.CreateDirectory(Path.Combine(folder, "scenarios", "snapshots"));
        foreach (var file in Directory.EnumerateFiles(Repository.Path("chains"), "*.yaml"))
            File.Copy(file, Path.Combine(folder, "chains", Path.GetFileName(file)));
        File.Copy(Repository.Path("optimizer.yaml"), Path.Combine(folder, "optimizer.yaml"));
        File.Copy(Repository.Path("scenarios", "snapshots", "2026-08-12.json"), Path.Combine(folder, "scenarios", "snapshots", "2026-08-12.json"));
        File.WriteAllText(Path.Combine(folder, "scenarios", "scenario.yaml"), scenario);
        return folder;
    }
}
