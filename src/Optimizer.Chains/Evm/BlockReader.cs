using Optimizer.Contracts.Abi;

namespace Optimizer.Chains.Evm;

/// <summary>What a contract answered; there is none where it reverted or returned nothing.</summary>
/// <param name="Value">The results.</param>
public sealed record Answer<T>(T Value);

/// <summary>Reads contracts at one block.</summary>
/// <param name="session">Sends the calls.</param>
/// <param name="block">The block.</param>
public sealed class BlockReader(ReadSession session, EvmBlock block)
{
    /// <summary>The block.</summary>
    public EvmBlock Block => block;

    /// <summary>Calls a function and decodes what it returns.</summary>
    /// <exception cref="ChainDataException">It reverted, returned an unexpected type, or the nodes failed.</exception>
    public async Task<T> ReadAsync<T>(EvmAddress contract, ContractFunction<T> function) =>
        await TryReadAsync(contract, function).ConfigureAwait(false) is { } answer
            ? answer.Value
            : throw new ChainDataException(ChainFault.UnexpectedContract, $"{function.Name} of contract {contract} reverts, or does not exist");

    /// <summary>Calls a function that a contract may lack.</summary>
    /// <param name="contract">The contract.</param>
    /// <param name="function">The function, with its arguments.</param>
    /// <param name="kind">How the call is made.</param>
    /// <returns>Null where it reverted or returned nothing.</returns>
    /// <exception cref="ChainDataException">It returned what is not its type, or the nodes failed.</exception>
    public async Task<Answer<T>?> TryReadAsync<T>(EvmAddress contract, ContractFunction<T> function, EvmCallKind kind = EvmCallKind.Light)
    {
        byte[] data;
        try
        {
            data = function.Encode();
        }
        catch (AbiException wrong)
        {
            throw new ChainDataException(ChainFault.UnexpectedContract, $"{function.Name} of contract {contract} cannot be called: {wrong.Message}", wrong);
        }

        var returned = await session.AskAsync(block, new(contract, data, kind)).ConfigureAwait(false);
        if (!returned.Succeeded || returned.Data.Length == 0)
            return null;
        try
        {
            return new(function.Decode(returned.Data));
        }
        catch (AbiException wrong)
        {
            throw new ChainDataException(ChainFault.UnexpectedContract, $"{function.Name} of contract {contract} returned an unexpected type: {wrong.Message}", wrong);
        }
    }
}

/// <summary>Batches the calls of many readers into few round trips.</summary>
/// <remarks>Readers run until they wait for an answer. When all of them wait, all pending calls go out as one batch per block. So a hundred
/// reserves with two dependent reads each take two round trips.</remarks>
/// <param name="client">The client.</param>
public sealed class ReadSession(IEvmClient client)
{
    private readonly Lock _lock = new();
    private List<Question> _asked = [];
    private TaskCompletionSource _isAsked = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Runs readers to completion and answers their calls.</summary>
    /// <param name="readers">Started readers.</param>
    /// <param name="cancellation">Cancels.</param>
    /// <returns>Completes when all readers have ended. A failing reader does not affect the others; a failing node fails all waiting
    /// readers.</returns>
    public async Task RunAsync(IEnumerable<Task> readers, CancellationToken cancellation)
    {
        var all = Task.WhenAll(readers);
        while (!all.IsCompleted)
        {
            await Task.WhenAny(all, _isAsked.Task).ConfigureAwait(false);
            await UntilQuietAsync(cancellation).ConfigureAwait(false);
            List<Question> asked;
            lock (_lock)
            {
                (asked, _asked) = (_asked, []);
                _isAsked = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            await Task.WhenAll(asked.GroupBy(question => question.Block).Select(same => AnswerAsync(same.Key, [.. same], cancellation))).ConfigureAwait(false);
        }
    }

    /// <summary>Requests one call; it is answered together with all others.</summary>
    internal Task<EvmReturn> AskAsync(EvmBlock block, EvmCall call)
    {
        var question = new Question(block, call, new());
        lock (_lock)
        {
            _asked.Add(question);
            _isAsked.TrySetResult();
        }

        return question.Answer.Task;
    }

    /// <summary>Waits until no more calls are requested: answered readers continue independently, and their next calls should form one
    /// batch.</summary>
    private async Task UntilQuietAsync(CancellationToken cancellation)
    {
        const int Patience = 50;
        var before = -1;
        for (var i = 0; i < Patience && before != _asked.Count; i++)
        {
            before = _asked.Count;
            await Task.Delay(1, cancellation).ConfigureAwait(false);
        }
    }

    private async Task AnswerAsync(EvmBlock block, Question[] questions, CancellationToken cancellation)
    {
        try
        {
            // Readers of one protocol often make the same calls, such as for a price or a revision.
            var distinct = questions.GroupBy(question => question.Call, SameCall.Comparer).ToArray();
            var returns = await client.CallAsync(block, [.. distinct.Select(same => same.Key)], cancellation).ConfigureAwait(false);
            for (var i = 0; i < distinct.Length; i++)
            {
                foreach (var question in distinct[i])
                    question.Answer.SetResult(returns[i]);
            }
        }
        catch (Exception wrong) when (wrong is ChainDataException or OperationCanceledException)
        {
            foreach (var question in questions)
                question.Answer.TrySetException(wrong);
        }
    }

    private sealed class SameCall : IEqualityComparer<EvmCall>
    {
        public static readonly SameCall Comparer = new();

        public bool Equals(EvmCall one, EvmCall other) => one.To == other.To && one.Kind == other.Kind && one.Data.AsSpan().SequenceEqual(other.Data);

        public int GetHashCode(EvmCall call)
        {
            var hash = new HashCode();
            hash.Add(call.To);
            hash.AddBytes(call.Data);
            return hash.ToHashCode();
        }
    }

    private sealed record Question(EvmBlock Block, EvmCall Call, TaskCompletionSource<EvmReturn> Answer);
}
