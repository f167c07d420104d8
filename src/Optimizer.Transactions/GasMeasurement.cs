using System.Collections.Concurrent;
using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Optimizer.Chains;
using Optimizer.Chains.Evm;
using Optimizer.Chains.Evm.Protocols;
using Optimizer.Chains.Markets;
using Optimizer.Chains.Rpc;
using Optimizer.Contracts.Abi;
using Optimizer.Model;
using Optimizer.Transactions.Calls;

namespace Optimizer.Transactions;

/// <summary>Measures the gas of entering and leaving opportunities and of sending by routes: a node simulates the calls that a plan would
/// send, from an account that is given the tokens by state overrides.</summary>
/// <remarks>Source: ethereum/execution-apis, <c>eth_simulateV1</c>. One request serves sixteen actions; one more call per token finds the
/// storage slot of its balances. For rollups, the data fee of these calls is read too; the highest fee is used for all.</remarks>
public static class GasMeasurement
{
    private const double TriedUsd = 1_000;
    private const int ActionsInRequest = 16;

    /// <summary>Measures a snapshot's actions on every chain that has a node.</summary>
    /// <param name="market">The market just read.</param>
    /// <param name="nodesOf">A chain's nodes; the first that can simulate is used. Empty if there is none.</param>
    /// <param name="cancellation">Cancels.</param>
    /// <returns>The snapshot with measured gas units. Other actions keep the judged figures; a finding lists those whose simulation
    /// failed.</returns>
    public static async Task<Snapshot> MeasureAsync(Market market, Func<Chain, IReadOnlyList<JsonRpcClient>> nodesOf, CancellationToken cancellation)
    {
        var trials = await Task.WhenAll(market.Snapshot.Chains.Select(state => market.Chain(state.Id)).Where(chain => chain.ChainId is not null)
            .Select(chain => TryAsync(market, chain, nodesOf(chain), cancellation))).ConfigureAwait(false);
        var gas = trials.SelectMany(trial => trial.Gas).ToDictionary();
        var dataFees = trials.Select(trial => trial.DataFeeGwei).OfType<KeyValuePair<string, Figure>>().ToDictionary();
        var provenances = trials.SelectMany(trial => trial.Provenances).UnionBy(market.Snapshot.Provenances, pair => pair.Key).OrderBy(pair => pair.Key, StringComparer.Ordinal).ToDictionary();
        Figure Measured(string id, bool enters, Figure judged) => gas.GetValueOrDefault((id, enters), judged);
        return market.Snapshot with
        {
            Provenances = provenances,
            Chains = [.. market.Snapshot.Chains.Select(state => state.Gas is EvmGas gas && dataFees.TryGetValue(state.Id, out var fee) ? state with { Gas = gas with { DataFeeGwei = fee } } : state)],
            Findings = [.. market.Snapshot.Findings, .. trials.Select(trial => trial.Doubt).OfType<Finding>()],
            Opportunities = [.. market.Snapshot.Opportunities.Select(place => place with { EnterGasUnits = Measured(place.Id, true, place.EnterGasUnits), ExitGasUnits = Measured(place.Id, false, place.ExitGasUnits) })],
            Routes = [.. market.Snapshot.Routes.Select(route => route with { SourceGasUnits = Measured(route.Id, true, route.SourceGasUnits) })],
        };
    }

    private static async Task<Trial> TryAsync(Market market, Chain chain, IReadOnlyList<JsonRpcClient> nodes, CancellationToken cancellation)
    {
        var trial = new Trial([], null, [], null);
        foreach (var node in nodes)
        {
            try
            {
                return await new ChainMeasurement(market, chain, node).RunAsync(cancellation).ConfigureAwait(false);
            }
            catch (ChainDataException wrong)
            {
                trial = new([], null, [], Doubt(chain, $"the node cannot simulate actions, so gas units are the judged ones: {wrong.Message}"));
            }
        }

        return trial;
    }

    private static Finding Doubt(Chain chain, string message) => new() { Rule = FindingRules.UntriedGas, Subject = chain.Id, Message = message, IsRefused = false };

    /// <summary>Measurements on a chain.</summary>
    /// <param name="Gas">Gas units by id of the opportunity or route, and whether for entering (sending) or for leaving.</param>
    /// <param name="DataFeeGwei">The highest data fee of the transactions; null if the chain has none.</param>
    /// <param name="Provenances">Sources of the figures.</param>
    /// <param name="Doubt">The actions that could not be simulated; null if there are none.</param>
    private sealed record Trial(IReadOnlyList<KeyValuePair<(string Id, bool Enters), Figure>> Gas, KeyValuePair<string, Figure>? DataFeeGwei, IReadOnlyList<KeyValuePair<string, Provenance>> Provenances, Finding? Doubt);

    /// <summary>The calls of one action.</summary>
    /// <param name="Id">The opportunity or route.</param>
    /// <param name="Token">The token deposited or sent.</param>
    /// <param name="Allow">The approvals needed first; their gas is counted separately.</param>
    /// <param name="Enter">The calls that deposit or send.</param>
    /// <param name="Leave">The calls that withdraw half of it.</param>
    private sealed record Action(string Id, TokenId Token, IReadOnlyList<ContractCall> Allow, IReadOnlyList<ContractCall> Enter, IReadOnlyList<ContractCall> Leave);

    private sealed class ChainMeasurement(Market market, Chain chain, JsonRpcClient node)
    {
        private static readonly string Somebody = $"{EvmProtocol.Anyone}";
        private static readonly string Plenty = Hex.Of(Hex.Word(BigInteger.Pow(2, 89)));

        /// <summary>Minimum gas of any transaction.</summary>
        private const double LeastGas = 21_000;

        /// <summary>Highest gas accepted for one call; no transaction on Ethereum can use more.</summary>
        private const double MostGas = 30_000_000;

        private const ulong UsualNonce = 100;
        private const ulong UsualGas = 350_000;

        private readonly ConcurrentDictionary<string, string> _failures = new();

        public async Task<Trial> RunAsync(CancellationToken cancellation)
        {
            var actions = market.Snapshot.Opportunities.Where(place => place.Chain == chain.Id).Select(Of)
                .Concat(market.Snapshot.Routes.Where(route => route.From.Chain == chain.Id).Select(Of)).OfType<Action>().ToArray();
            if (actions.Length == 0)
                return new([], null, [], null);
            var block = market.Snapshot.Provenances[((EvmGas)market.State(chain.Id).Gas).GweiPerGas.From];
            // A separate key per block, so that figures measured by an earlier snapshot keep their own source.
            var from = $"gas-units-{chain.Id}-{block.Block}";
            var all = actions.Length;
            actions = await ThereAsync(actions, cancellation).ConfigureAwait(false);
            var measured = new List<KeyValuePair<(string, bool), Figure>>();
            var given = await GivenAsync(actions, cancellation).ConfigureAwait(false);
            foreach (var some in actions.Where(action => given.ContainsKey(action.Token)).Chunk(ActionsInRequest))
                measured.AddRange((await TryAsync(some, given, block, cancellation).ConfigureAwait(false)).Select(used => KeyValuePair.Create(used.Action, new Figure(used.Gas, from))));
            var dataFee = await DataFeeAsync(actions, block, cancellation).ConfigureAwait(false);
            var provenances = new List<KeyValuePair<string, Provenance>>();
            if (measured.Count > 0)
                provenances.Add(KeyValuePair.Create(from, block with { Source = $"{chain.Name}: gas used in a simulation by eth_simulateV1" }));
            if (dataFee is { } charged)
                provenances.Add(KeyValuePair.Create(charged.Value.From, block with { Source = $"{chain.Name}: highest data fee of {all} actions" }));
            return new(measured, dataFee, provenances,
                _failures.IsEmpty ? null : Doubt(chain, $"{_failures.Count} of {all} actions could not be simulated, so their gas units are the judged ones: {string.Join("; ", _failures.OrderBy(f => f.Key, StringComparer.Ordinal).Take(3).Select(f => $"{f.Key}: {f.Value}"))}"));
        }

        /// <summary>The highest data fee of the calls.</summary>
        private async Task<KeyValuePair<string, Figure>?> DataFeeAsync(Action[] actions, Provenance at, CancellationToken cancellation)
        {
            if (market.State(chain.Id).Gas is not EvmGas { DataFeeGwei: not null } gas)
                return null;
            var client = new EvmClient(chain.Id, chain.ChainId!.Value, [node]);
            var session = new ReadSession(client);
            var reader = new BlockReader(session, await client.BlockAsync((ulong)at.Block!.Value, cancellation).ConfigureAwait(false));
            var price = new BigInteger(gas.GweiPerGas * 1e9);
            var asked = actions.SelectMany(action => action.Enter.Concat(action.Leave)).Select(call => EvmGasReader.DataFeeAsync(chain, reader,
                new(chain.ChainId.Value, UsualNonce, price / 10, 2 * price, UsualGas, EvmAddress.Parse(call.To), call.Value, EvmJson.Bytes(JsonSerializer.SerializeToElement(call.Data), "")))).ToArray();
            await session.RunAsync(asked, cancellation).ConfigureAwait(false);
            var fees = await Task.WhenAll(asked).ConfigureAwait(false);
            return fees.Max() is { } dearest && (double)dearest / 1e9 is > 0 and <= EvmGasReader.MostDataFeeGwei ? KeyValuePair.Create(chain.Id, new Figure((double)dearest / 1e9, $"data-fee-{chain.Id}-{at.Block}")) : null;
        }

        private Action? Of(Opportunity place)
        {
            var token = place.Inputs[0].Token;
            var usd = Math.Min(TriedUsd, market.CapacityUsd(place) / 10);
            var units = Units(token, usd);
            var step = Step(StepKind.Deposit, place.Id, token, units, token);
            return place.Inputs.Count > 1 || place.IsDebt() || units < 2 ? null : Known(() => new(place.Id, token, Allow(step), CallBuilders.Of(Context(step)), place.ExitDelayDays?.Value > 0 ? [] : Leave(step with { Kind = StepKind.Withdraw, Amount = units / 2 })));
        }

        private Action? Of(Route route)
        {
            var terms = new RouteTerms(market, route);
            var usd = Math.Max(TriedUsd, 2 * terms.MinimumUsd);
            if (usd > terms.MaximumUsd)
                return null;
            return Known(() =>
            {
                var kind = route.Kind switch { RouteKind.Swap => StepKind.Swap, RouteKind.Wrap => StepKind.Wrap, _ => StepKind.BridgeSend };
                var step = Step(kind, route.Id, route.From, Units(route.From, usd), route.To);
                var calls = CallBuilders.RouteOf(Context(step));
                // Ask for nine tenths only: oracle prices differ from pool prices.
                step = step with { Amount = step.Amount - step.Amount % calls.Granularity(Context(step)), Received = Units(route.To, 0.9 * usd) };
                step = step with { MinimumReceived = calls.Minimum(Context(step), 0) };
                return new(route.Id, route.From, Allow(step), CallBuilders.Of(Context(step)), []);
            });
        }

        /// <summary>Null if the calls are not supported, or data for them is missing.</summary>
        private static Action? Known(Func<Action> build)
        {
            try
            {
                return build();
            }
            catch (Exception unknown) when (unknown is TransactionException or FormatException)
            {
                return null;
            }
        }

        /// <summary>An opportunity whose exit calls are not supported can still be entered.</summary>
        private IReadOnlyList<ContractCall> Leave(TransactionStep step)
        {
            try
            {
                return CallBuilders.Of(Context(step));
            }
            catch (TransactionException)
            {
                return [];
            }
        }

        private IReadOnlyList<ContractCall> Allow(TransactionStep step) => GasCosts.NeedsApproval(market, step.Token) && market.Token(step.Token).Address is not null
            ? CallBuilders.Of(Context(step with { Kind = StepKind.Approve })) : [];

        private CallContext Context(TransactionStep step) => new(market, step, market.Chains.Where(c => c.ChainId is not null).ToDictionary(c => c.Id, _ => Somebody), market.Snapshot.TakenAt + TimeSpan.FromDays(1));

        private TransactionStep Step(StepKind kind, string via, TokenId token, BigInteger amount, TokenId received) => new()
        {
            Id = 0,
            Kind = kind,
            Chain = chain.Id,
            Description = "",
            Via = via,
            Token = token,
            Amount = amount,
            ReceivedToken = received,
            Received = amount,
            MinimumReceived = amount,
            Gas = 0,
            GasUsd = 0,
            FeeUsd = 0,
            DurationSeconds = 0,
            DependsOn = [],
            Calls = [],
        };

        private BigInteger Units(TokenId token, double usd) => new(usd / market.PriceUsd(token) * Math.Pow(10, market.Token(token).Decimals));

        /// <summary>Checks that the node belongs to the chain, and drops actions whose contracts do not exist, because calls to them would
        /// look cheap.</summary>
        private async Task<Action[]> ThereAsync(Action[] actions, CancellationToken cancellation)
        {
            string[] contracts = [.. actions.SelectMany(action => action.Enter).Select(call => call.To).Distinct()];
            var replies = await node.SendAsync([new("eth_chainId"), .. contracts.Select(contract => new RpcCall("eth_getCode", contract, "latest"))], cancellation).ConfigureAwait(false);
            if (replies[0].Error is not null || EvmJson.Number(replies[0].Result, chain.Id, "chain id") != chain.ChainId)
                throw new ChainDataException(ChainFault.WrongChain, $"{node.Name} is not a node of chain {chain.ChainId}");
            var there = contracts.Zip(replies.Skip(1)).Where(pair => pair.Second.Error is null && EvmJson.Text(pair.Second.Result) is { Length: > 2 }).Select(pair => pair.First).ToHashSet();
            foreach (var missing in actions.Where(action => !action.Enter.All(call => there.Contains(call.To))))
                _failures[missing.Id] = "a contract that it calls does not exist";
            return [.. actions.Where(action => !_failures.ContainsKey(action.Id))];
        }

        /// <summary>The state overrides that give the simulated account enough of each token.</summary>
        private async Task<Dictionary<TokenId, object>> GivenAsync(Action[] actions, CancellationToken cancellation)
        {
            var given = await Task.WhenAll(actions.Select(action => action.Token).Distinct().Select(async token => (Token: token, Overrides: await OverridesAsync(token).ConfigureAwait(false)))).ConfigureAwait(false);
            return given.Where(pair => pair.Overrides is not null).ToDictionary(pair => pair.Token, pair => (object)pair.Overrides!);

            async Task<Dictionary<string, object>?> OverridesAsync(TokenId token)
            {
                var overrides = new Dictionary<string, object> { [Somebody] = new { balance = Plenty } };
                if (market.Token(token).Address is not { } contract)
                    return overrides;
                try
                {
                    var place = await new OverrideSimulation(market, chain, node).PlaceAsync(token, Somebody, cancellation).ConfigureAwait(false);
                    overrides[contract] = new { stateDiff = new Dictionary<string, string> { [place] = Plenty } };
                    return overrides;
                }
                catch (ChainDataException wrong) when (wrong.Fault == ChainFault.UnexpectedContract)
                {
                    foreach (var action in actions.Where(action => action.Token == token))
                        _failures[action.Id] = wrong.Message;
                    return null;
                }
            }
        }

        private async Task<List<((string Id, bool Enters) Action, double Gas)>> TryAsync(Action[] actions, Dictionary<TokenId, object> given, Provenance at, CancellationToken cancellation)
        {
            object Call(ContractCall call) => new { from = Somebody, to = call.To, data = call.Data, value = Hex.Of(call.Value) };
            var blocks = actions.Select(action => new { stateOverrides = given[action.Token], calls = action.Allow.Concat(action.Enter).Concat(action.Leave).Select(Call) });
            var number = at.Block is { } block ? $"0x{block.ToString("x", CultureInfo.InvariantCulture)}" : "latest";
            var reply = (await node.SendAsync([new("eth_simulateV1", new { blockStateCalls = blocks, validation = false }, number)], cancellation).ConfigureAwait(false))[0];
            if (reply.Error is not null || reply.Result.ValueKind != JsonValueKind.Array || reply.Result.GetArrayLength() != actions.Length)
                throw new ChainDataException(ChainFault.Refused, $"eth_simulateV1: {reply.Error ?? "no result for each action"}");
            var measured = new List<((string Id, bool Enters) Action, double Gas)>();
            foreach (var (action, result) in actions.Zip(reply.Result.EnumerateArray()))
            {
                var calls = EvmJson.Field(result, "calls") is { ValueKind: JsonValueKind.Array } array ? array.EnumerateArray().ToArray() : [];
                if (calls.Length != action.Allow.Count + action.Enter.Count + action.Leave.Count)
                    throw new ChainDataException(ChainFault.Malformed, $"eth_simulateV1: {calls.Length} results for {action.Id}");
                var entered = calls[..(action.Allow.Count + action.Enter.Count)];
                if (Array.Find(entered, call => !OverrideSimulation.IsMade(call)) is { ValueKind: not JsonValueKind.Undefined } failed)
                {
                    _failures[action.Id] = node.Shortened(OverrideSimulation.Reason(failed));
                    continue;
                }

                var left = calls[entered.Length..];
                if (Array.Find(calls, call => !IsBelieved(call)) is { ValueKind: not JsonValueKind.Undefined })
                {
                    _failures[action.Id] = $"the node reports less than {LeastGas:#,0} or more than {MostGas:#,0} units of gas for a call";
                    continue;
                }

                measured.Add(((action.Id, true), Used(entered[action.Allow.Count..])));
                if (left.Length > 0 && Array.TrueForAll(left, OverrideSimulation.IsMade))
                    measured.Add(((action.Id, false), Used(left)));
                else if (left.Length > 0)
                    _failures[action.Id] = $"leaving it: {node.Shortened(OverrideSimulation.Reason(Array.Find(left, call => !OverrideSimulation.IsMade(call))))}";
            }

            return measured;
        }

        private bool IsBelieved(JsonElement call) => !OverrideSimulation.IsMade(call) || Used([call]) is >= LeastGas and <= MostGas;

        private double Used(JsonElement[] calls) => calls.Sum(call => (double)EvmJson.Number(EvmJson.Field(call, "gasUsed"), chain.Id, "gas"));
    }
}
