using Optimizer.Model;

namespace Optimizer.Chains.Evm;

/// <summary>Finds blocks by their time.</summary>
public static class BlockSearch
{
    // Guesses by the time between blocks are good where blocks come evenly; halving ends the search where they do not.
    private const int Guesses = 5;
    private const int MostSteps = 80;

    /// <summary>The last block that was made at a moment or before it.</summary>
    /// <param name="chain">The chain.</param>
    /// <param name="client">Whom to ask.</param>
    /// <param name="head">The last block.</param>
    /// <param name="wanted">The moment.</param>
    /// <param name="close">A block that is off by no more than this, either way, will do.</param>
    /// <param name="cancellation">Cancels.</param>
    /// <exception cref="ChainDataException">The chain began later, or blocks cannot be had.</exception>
    public static async Task<EvmBlock> LastBeforeAsync(Chain chain, IEvmClient client, EvmBlock head, DateTimeOffset wanted, TimeSpan close, CancellationToken cancellation) =>
        await FindLastBeforeAsync(chain, client, head, wanted, close, cancellation).ConfigureAwait(false)
            ?? throw new ChainDataException(ChainFault.Refused, $"{chain.Id}: the chain began after {wanted:yyyy-MM-dd HH:mm} UTC");

    /// <summary>The same; null where the chain began later.</summary>
    /// <exception cref="ChainDataException">Blocks cannot be had.</exception>
    public static async Task<EvmBlock?> FindLastBeforeAsync(Chain chain, IEvmClient client, EvmBlock head, DateTimeOffset wanted, TimeSpan close, CancellationToken cancellation)
    {
        if (head.Time <= wanted)
            return head;
        var (low, high) = ((EvmBlock?)null, head);
        for (var step = 0; step < MostSteps && high.Number - (low?.Number ?? 0) > 1; step++)
        {
            var (below, above) = (low?.Number ?? 0, high.Number);
            var secondsPerBlock = low is null ? chain.BlockTime.Seconds : (high.Time - low.Time).TotalSeconds / (above - below);
            var number = step < Guesses
                ? above - (ulong)Math.Clamp((high.Time - wanted).TotalSeconds / Math.Max(secondsPerBlock, 1e-3), 1, above - below - 1.0)
                : below + (above - below) / 2;
            var block = await client.BlockAsync(number, cancellation).ConfigureAwait(false);
            if (block.Time <= wanted)
                low = block;
            else
                high = block;
            if ((block.Time - wanted).Duration() < close)
                return block;
        }

        return low;
    }
}
