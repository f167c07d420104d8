using Optimizer.Model;

namespace Optimizer.Chains.Evm;

/// <summary>Finds blocks by their time.</summary>
public static class BlockSearch
{
    // Interpolation works well for regular block times; bisection ends the search otherwise.
    private const int Guesses = 5;
    private const int MostSteps = 80;

    /// <summary>The last block at or before a given time.</summary>
    /// <param name="chain">The chain.</param>
    /// <param name="client">The client.</param>
    /// <param name="head">The last block.</param>
    /// <param name="wanted">The time.</param>
    /// <param name="close">Accepted difference of the block's time, in either direction.</param>
    /// <param name="cancellation">Cancels.</param>
    /// <exception cref="ChainDataException">The chain began later, or blocks cannot be read.</exception>
    public static async Task<EvmBlock> LastBeforeAsync(Chain chain, IEvmClient client, EvmBlock head, DateTimeOffset wanted, TimeSpan close, CancellationToken cancellation) =>
        await FindLastBeforeAsync(chain, client, head, wanted, close, cancellation).ConfigureAwait(false)
            ?? throw new ChainDataException(ChainFault.Refused, $"{chain.Id}: the chain began after {wanted:yyyy-MM-dd HH:mm} UTC");

    /// <summary>The same; null where the chain began later.</summary>
    /// <exception cref="ChainDataException">Blocks cannot be read.</exception>
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
