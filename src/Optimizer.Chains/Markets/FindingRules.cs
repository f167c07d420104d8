namespace Optimizer.Chains.Markets;

/// <summary>Names of the rules by which a snapshot leaves something out or marks it as doubtful.</summary>
public static class FindingRules
{
    /// <summary>A chain's nodes could not be read.</summary>
    public const string DeadChain = "dead-chain";

    /// <summary>An endpoint failed, lags, or belongs to another chain; others were used.</summary>
    public const string Endpoint = "endpoint";

    /// <summary>The last block is old.</summary>
    public const string StaleBlock = "stale-block";

    /// <summary>An account was not updated for a long time.</summary>
    public const string StaleAccount = "stale-account";

    /// <summary>Accounts of one chain were read at different slots.</summary>
    public const string SlotsApart = "slots-apart";

    /// <summary>The gas price is implausibly high.</summary>
    public const string AbsurdGas = "absurd-gas";

    /// <summary>A protocol could not be read.</summary>
    public const string DeadAdapter = "dead-adapter";

    /// <summary>A route has no quote.</summary>
    public const string DeadRoute = "dead-route";

    /// <summary>A route's quote is implausible: it pays more than it takes, or takes most of it.</summary>
    public const string AbsurdQuote = "absurd-quote";

    /// <summary>There is no adapter for the protocol.</summary>
    public const string NoAdapter = "no-adapter";

    /// <summary>A price is missing.</summary>
    public const string MissingPrice = "missing-price";

    /// <summary>A price feed's last answer is old.</summary>
    public const string StalePrice = "stale-price";

    /// <summary>A price is zero, negative, or from an unfinished round.</summary>
    public const string AbsurdPrice = "absurd-price";

    /// <summary>A price comes from a source that does not state its age.</summary>
    public const string AgelessPrice = "ageless-price";

    /// <summary>A price source reports a wide confidence interval.</summary>
    public const string UnsurePrice = "unsure-price";

    /// <summary>Two sources give different prices.</summary>
    public const string PriceDisagreement = "price-disagreement";

    /// <summary>The decimals of the token contract and the chain file differ.</summary>
    public const string WrongDecimals = "wrong-decimals";

    /// <summary>A rate is negative.</summary>
    public const string NegativeRate = "negative-rate";

    /// <summary>A rate is above the maximum in the settings.</summary>
    public const string RateAboveCeiling = "rate-above-ceiling";

    /// <summary>The curve and the contract give different rates.</summary>
    public const string RateDisagreement = "rate-disagreement";

    /// <summary>More is borrowed than supplied, or an amount makes no sense.</summary>
    public const string AbsurdAmount = "absurd-amount";

    /// <summary>A contract has a revision that the adapter does not know.</summary>
    public const string UnknownRevision = "unknown-revision";

    /// <summary>A market has a loss that its suppliers have not paid yet.</summary>
    public const string Deficit = "deficit";

    /// <summary>The protocol has tokens that are not in the chain file.</summary>
    public const string UnknownToken = "unknown-token";

    /// <summary>An earlier block could not be read.</summary>
    public const string NoPast = "no-past";

    /// <summary>The node reports no recent priority fees.</summary>
    public const string NoPriorityFee = "no-priority-fee";

    /// <summary>The gas of an action could not be measured by simulation.</summary>
    public const string UntriedGas = "untried-gas";

    /// <summary>The node does not support its chain's fee estimate.</summary>
    public const string NoEstimate = "no-estimate";

    /// <summary>There is no risk judgement.</summary>
    public const string Unrated = "unrated";

    /// <summary>Figures were taken from an earlier snapshot.</summary>
    public const string Carried = "carried-over";
}
