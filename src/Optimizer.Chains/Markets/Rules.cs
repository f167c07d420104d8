namespace Optimizer.Chains.Markets;

/// <summary>The names of the rules by which something is left out of a snapshot, or doubted.</summary>
public static class Rules
{
    /// <summary>A chain's nodes could not be read.</summary>
    public const string DeadChain = "dead-chain";

    /// <summary>An endpoint failed, lags or is of another chain; others were used.</summary>
    public const string Endpoint = "endpoint";

    /// <summary>The last block is old.</summary>
    public const string StaleBlock = "stale-block";

    /// <summary>An account has not been brought up to date for long.</summary>
    public const string StaleAccount = "stale-account";

    /// <summary>Accounts of one chain are not all of one slot.</summary>
    public const string SlotsApart = "slots-apart";

    /// <summary>Gas at a price that no chain ever asked for.</summary>
    public const string AbsurdGas = "absurd-gas";

    /// <summary>A protocol could not be read.</summary>
    public const string DeadAdapter = "dead-adapter";

    /// <summary>A route gives no quote.</summary>
    public const string DeadRoute = "dead-route";

    /// <summary>A route that would give more than it takes, or take most of it.</summary>
    public const string AbsurdQuote = "absurd-quote";

    /// <summary>Nothing reads the protocol.</summary>
    public const string NoAdapter = "no-adapter";

    /// <summary>A price could not be had.</summary>
    public const string MissingPrice = "missing-price";

    /// <summary>A price feed's last answer is old.</summary>
    public const string StalePrice = "stale-price";

    /// <summary>A price is zero, negative, or from an unfinished round.</summary>
    public const string AbsurdPrice = "absurd-price";

    /// <summary>A price comes from a source that does not say how old it is.</summary>
    public const string AgelessPrice = "ageless-price";

    /// <summary>A price source is not sure of its price.</summary>
    public const string UnsurePrice = "unsure-price";

    /// <summary>Two sources give different prices.</summary>
    public const string PriceDisagreement = "price-disagreement";

    /// <summary>The token contract has other decimals than the chain file.</summary>
    public const string WrongDecimals = "wrong-decimals";

    /// <summary>A rate below zero.</summary>
    public const string NegativeRate = "negative-rate";

    /// <summary>A rate above the settable ceiling.</summary>
    public const string RateAboveCeiling = "rate-above-ceiling";

    /// <summary>The curve gives another rate than the contract states.</summary>
    public const string RateDisagreement = "rate-disagreement";

    /// <summary>More is borrowed than supplied, or an amount makes no sense.</summary>
    public const string AbsurdAmount = "absurd-amount";

    /// <summary>A contract of a revision that the adapter does not know.</summary>
    public const string UnknownRevision = "unknown-revision";

    /// <summary>A market has a loss that its suppliers have not borne yet.</summary>
    public const string Deficit = "deficit";

    /// <summary>The protocol lists tokens that the chain file does not know.</summary>
    public const string UnknownToken = "unknown-token";

    /// <summary>A former block could not be read.</summary>
    public const string NoPast = "no-past";

    /// <summary>The node has seen no priority fees lately.</summary>
    public const string NoPriorityFee = "no-priority-fee";

    /// <summary>What an action takes of gas could not be tried.</summary>
    public const string UntriedGas = "untried-gas";

    /// <summary>The node does not know the estimate of fees that its chain has.</summary>
    public const string NoEstimate = "no-estimate";

    /// <summary>Nobody has judged the risk.</summary>
    public const string Unrated = "unrated";

    /// <summary>Figures were taken over from a former snapshot.</summary>
    public const string Carried = "carried-over";
}
