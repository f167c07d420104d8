using System.Globalization;

namespace Optimizer.Scenarios.Tests;

/// <summary>Questions that nobody has thought of: books, chains, objectives and constraints at random. OPTIMIZER_SEEDS asks for more than the
/// few of every run, as <c>from-to</c>.</summary>
public sealed class RandomTests
{
    private const double LimitSeconds = 10;

    private static readonly string[] Chains = ["ethereum", "base", "arbitrum", "optimism", "polygon", "solana"];

    public static TheoryData<int> Seeds()
    {
        var range = (Environment.GetEnvironmentVariable("OPTIMIZER_SEEDS") ?? "0-2").Split('-').Select(text => int.Parse(text, CultureInfo.InvariantCulture)).ToArray();
        return [.. Enumerable.Range(range[0], range[1] - range[0] + 1)];
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Every_question_has_an_answer_or_a_reason(int seed)
    {
        var yaml = Question(new Random(seed));
        var loaded = Ask.Load(yaml);
        var result = ScenarioRunner.Run(loaded);
        Assert.True(result.Status is not "failed", $"{yaml}\n{result.Status} {result.Message}");
        Assert.True(result.Status is not "infeasible" || result.Message is not null || result.Conflict.Count > 0, $"{yaml}\n{result.Status} without a reason");
        if (result.Objective is not null)
        {
            Assert.True(result.Certificate.MaxViolationUsd < 1e-5 * result.BookUsd + 1, $"{yaml}\nviolation {result.Certificate.MaxViolationUsd}");
            Assert.All(result.Constraints, constraint => Assert.False(constraint.Broken, $"{yaml}\n{constraint.Name}: {constraint.Value} of {constraint.Limit}"));
        }
    }

    private static string Question(Random random)
    {
        T Pick<T>(params T[] of) => of[random.Next(of.Length)];
        bool Sometimes(double share) => random.NextDouble() < share;
        string Number(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);
        var chains = Chains.OrderBy(_ => random.Next()).Take(random.Next(1, 4)).ToArray();
        var scale = Math.Pow(10, 4 + 4 * random.NextDouble());
        var holdings = new List<string>();
        foreach (var chain in chains)
        {
            var native = chain switch { "solana" => "SOL", "polygon" => "POL", _ => "ETH" };
            if (Sometimes(0.85))
                holdings.Add($"{{ token: {native}@{chain}, amount: {Number(Sometimes(0.2) ? scale / 2_000 * random.NextDouble() : 0.05 + random.NextDouble())} }}");
            if (Sometimes(0.8))
                holdings.Add($"{{ token: USDC@{chain}, amount: {Number(scale * random.NextDouble())} }}");
            if (Sometimes(0.3) && chain is not "base" and not "solana")
                holdings.Add($"{{ token: USDT@{chain}, amount: {Number(scale * random.NextDouble())} }}");
            if (Sometimes(0.4) && chain is not "solana")
                holdings.Add($"{{ opportunity: aave-v3/{chain}/USDC, amount: {Number(scale * random.NextDouble())}{(Sometimes(0.2) ? ", locked: true" : "")} }}");
        }

        if (Sometimes(0.2))
            holdings.Add("{ other: a fund, valueUsd: 10k USD }");
        if (!holdings.Any(holding => holding.Contains("USDC", StringComparison.Ordinal)))
            holdings.Add($"{{ token: USDC@{chains[0]}, amount: {Number(scale)} }}");
        var objective = Pick(
            $"meanVariance: {{ riskAversion: {Pick("0", "1", "4", "20")} }}", "meanVariance: { riskAversion: 4 }", "maximumReturn: { riskAtMost: 3 % }",
            "minimumRisk: { returnAtLeast: 1 % }", "maximumSharpeRatio: { riskFreeRate: 1 % }", "minimumCvar: { confidence: 95 % }", "riskParity: {}");
        string[] all =
        [
            "limit: { each: protocol, max: 40 % }", "limit: { each: opportunity, max: 30 % }", "limit: { each: chain, max: 80 % }", "count: { of: positions, max: 4 }",
            "minimumPosition: { min: 2 % }", "eligibility: { denyTags: [permissioned, young] }", "exitLadder: { within: 1 days, min: 20 % }", "idle: { min: 5 % }",
            "cvar: { confidence: 99 %, atMost: 8 % }", "turnover: { max: 60 % }", "costBudget: { max: 0.2 % }", "trackingError: { atMost: 5 % }", "limit: { each: event, max: 25 % }",
        ];
        var constraints = all.Where(_ => Sometimes(0.2)).ToArray();
        return $"""
            horizon: {Pick("30 days", "90 days", "180 days", "365 days")}
            holdings: [ {string.Join(", ", holdings)} ]
            {(Sometimes(0.7) ? $"universe: {{ chains: [{string.Join(", ", chains)}]{(Sometimes(0.5) ? ", assets: [USDC, USDT, USDS, DAI, ETH, SOL]" : "")} }}" : "")}
            objective: {objective.Replace(": {", ": {", StringComparison.Ordinal).Insert(0, "{ ")} {"}"}
            constraints: [ {string.Join(", ", constraints.Select(constraint => $"{{ {constraint} }}"))} ]
            settings: {"{"} solver: {"{"} timeLimit: {LimitSeconds} s {"}"}, risk: {"{"} draws: 2000 {"}"} {"}"}
            """;
    }
}
