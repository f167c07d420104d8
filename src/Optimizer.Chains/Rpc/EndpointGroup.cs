using System.Collections.Concurrent;
using System.Text.Json;

namespace Optimizer.Chains.Rpc;

/// <summary>The endpoints of one chain; if one fails, the next is used.</summary>
/// <param name="chain">The chain's name in messages.</param>
/// <param name="endpoints">The endpoints, preferred first; at least one.</param>
/// <param name="agreement">Whether two endpoints must give the same answer to every call.</param>
public sealed class EndpointGroup(string chain, IReadOnlyList<JsonRpcClient> endpoints, bool agreement = false)
{
    private readonly ConcurrentQueue<(ChainFault Fault, string Message)> _noticed = [];
    private readonly IReadOnlyList<JsonRpcClient> _all = endpoints;
    private IReadOnlyList<JsonRpcClient> _alive = endpoints;

    /// <summary>Problems with endpoints found so far: failing, lagging or disagreeing ones.</summary>
    public IReadOnlyList<(ChainFault Fault, string Message)> Noticed => [.. _noticed];

    /// <summary>Requests sent so far, over all endpoints.</summary>
    public int Requests => _all.Sum(e => e.Requests);

    /// <summary>Reads the head of every endpoint, and keeps the endpoints that are in sync.</summary>
    /// <param name="headOf">Reads an endpoint's head, and checks that it belongs to the right chain.</param>
    /// <param name="heightOf">The head's block or slot.</param>
    /// <param name="lag">Blocks or slots by which an endpoint may lag.</param>
    /// <param name="cancellation">Cancels.</param>
    /// <returns>The lowest head of these endpoints, which all of them have.</returns>
    /// <exception cref="ChainDataException">No endpoint is usable, or only one although two must agree.</exception>
    public async Task<THead> PinAsync<THead>(Func<JsonRpcClient, CancellationToken, Task<THead>> headOf, Func<THead, ulong> heightOf, ulong lag, CancellationToken cancellation)
        where THead : class
    {
        var heads = await Task.WhenAll(_all.Select(async endpoint =>
        {
            try
            {
                return (Endpoint: endpoint, Head: (THead?)await headOf(endpoint, cancellation).ConfigureAwait(false), Wrong: (ChainDataException?)null);
            }
            catch (ChainDataException wrong)
            {
                return (endpoint, null, wrong);
            }
        })).ConfigureAwait(false);
        foreach (var (_, _, wrong) in heads)
        {
            if (wrong is not null)
                _noticed.Enqueue((wrong.Fault, wrong.Message));
        }

        var alive = heads.Where(h => h.Head is not null).Select(h => (h.Endpoint, Head: h.Head!, Height: heightOf(h.Head!))).OrderBy(h => h.Height).ToList();
        if (alive.Count == 0)
            throw new ChainDataException(heads[0].Wrong!.Fault, $"{chain}: no endpoint is usable; {string.Join("; ", heads.Select(h => h.Wrong!.Message))}", heads[0].Wrong);
        // Median height: of two endpoints the higher, of three the middle one, so that a single endpoint cannot fake a lead.
        var usual = alive[alive.Count / 2].Height;
        foreach (var (endpoint, _, height) in alive.Where(a => a.Height + lag < usual))
            _noticed.Enqueue((ChainFault.Behind, $"{endpoint.Name} is {usual - height} blocks behind; it is not used"));
        alive.RemoveAll(a => a.Height + lag < usual);
        if (agreement && alive.Count < 2)
            throw new ChainDataException(ChainFault.Disagreement, $"{chain}: two endpoints must agree, but only {alive.Count} is usable");
        _alive = [.. _all.Where(endpoint => alive.Any(a => ReferenceEquals(a.Endpoint, endpoint)))];
        return alive[0].Head;
    }

    /// <summary>Queries the endpoints in order until one answers, or until two agree.</summary>
    /// <returns>One reply per call, in order; a call that every endpoint refuses has an error.</returns>
    /// <exception cref="ChainDataException">No endpoint answered, or two gave different answers.</exception>
    public async Task<RpcReply[]> AskAsync(IReadOnlyList<RpcCall> calls, CancellationToken cancellation)
    {
        ChainDataException? last = null;
        (string Name, RpcReply[] Replies)? first = null;
        foreach (var endpoint in _alive)
        {
            RpcReply[] replies;
            try
            {
                replies = await endpoint.SendAsync(calls, cancellation).ConfigureAwait(false);
            }
            catch (ChainDataException wrong)
            {
                last = wrong;
                _noticed.Enqueue((wrong.Fault, wrong.Message));
                continue;
            }

            // One node may lack the block, or refuse one of many calls, that another node answers.
            if (Array.Find(replies, reply => reply.Error is not null).Error is { } refused && !ReferenceEquals(endpoint, _alive[^1]))
            {
                _noticed.Enqueue((ChainFault.Refused, $"{endpoint.Name} refused a call: {refused}"));
                continue;
            }

            if (!agreement)
                return replies;
            if (first is not { } other)
            {
                first = (endpoint.Name, replies);
                continue;
            }

            return other.Replies.Zip(replies).All(pair => IsSame(pair.First, pair.Second))
                ? replies
                : throw new ChainDataException(ChainFault.Disagreement, $"{chain}: {other.Name} and {endpoint.Name} answer the same calls at the same block differently");
        }

        throw last is null
            ? new ChainDataException(ChainFault.Disagreement, $"{chain}: two endpoints must agree, but only one answered")
            : new ChainDataException(last.Fault, _alive.Count == 1 ? last.Message : $"{chain}: every endpoint failed; last error: {last.Message}", last);
    }

    private static bool IsSame(RpcReply left, RpcReply right) =>
        left.Error is null == right.Error is null && (left.Error is not null || JsonElement.DeepEquals(left.Result, right.Result));
}
