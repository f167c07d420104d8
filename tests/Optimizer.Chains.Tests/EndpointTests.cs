using System.Net;
using Optimizer.Chains.Evm;
using Optimizer.Chains.Rpc;
using Optimizer.Contracts.Abi;

namespace Optimizer.Chains.Tests;

/// <summary>What happens when endpoints are slow, busy, broken or hostile: what a person reads, and that no key is in it.</summary>
public sealed class EndpointTests
{
    private static readonly EndpointLimits Impatient = new() { Retries = 2, FirstWaitSeconds = 0.01, AttemptSeconds = 0.3, TotalSeconds = 2, MaximumBytes = 1024 * 1024 };

    [Fact]
    public async Task A_good_node_is_pinned_in_one_round_trip()
    {
        var node = new FakeEvmNode(1);
        var head = await node.Client().PinAsync(default);
        Assert.Equal(1_000ul, head.Block.Number);
        Assert.Equal(FakeEvmNode.Time, head.Block.Time);
        Assert.Equal((8_000_000_000, 1_000_000_000), ((long)head.BaseFeeWei, (long)head.PriorityFeeWei!));
        Assert.Equal(1, node.Requests);
    }

    [Fact]
    public async Task A_node_without_rewards_is_tolerated() =>
        Assert.Null((await new FakeEvmNode(1) { HasRewards = false }.Client().PinAsync(default)).PriorityFeeWei);

    [Fact]
    public async Task Too_many_requests_are_made_again_after_the_time_asked_for()
    {
        var node = new FakeEvmNode(1)
        {
            Misbehave = (number, _) => number > 1 ? null : new(HttpStatusCode.TooManyRequests) { Headers = { RetryAfter = new(TimeSpan.FromSeconds(0)) } },
        };
        await node.Client(Impatient).PinAsync(default);
        Assert.Equal(2, node.Requests);
    }

    [Fact]
    public Task Too_many_requests_without_end_are_said() => Fails(ChainFault.RateLimited, "fake #1 asks for fewer requests (HTTP 429)",
        (_, _) => new(HttpStatusCode.TooManyRequests));

    [Fact]
    public Task Server_errors_are_said_after_three_attempts() => Fails(ChainFault.HttpError, "fake #1 answered HTTP 500",
        (_, _) => new(HttpStatusCode.InternalServerError), attempts: 3);

    [Fact]
    public async Task A_passing_server_error_is_not_noticed()
    {
        var node = new FakeEvmNode(1) { Misbehave = (number, _) => number > 2 ? null : new(HttpStatusCode.BadGateway) };
        Assert.Equal(1_000ul, (await node.Client(Impatient).PinAsync(default)).Block.Number);
    }

    [Fact]
    public Task A_connection_that_breaks_in_the_body_is_tried_again_and_said() => Fails(ChainFault.Unreachable, "fake #1 is unreachable or disconnected",
        (_, body) => new(HttpStatusCode.OK) { Content = new StreamContent(new BrokenStream(body[..20])) }, attempts: 3);

    [Fact]
    public Task An_answer_that_never_ends_is_given_up() => Fails(ChainFault.TimedOut, "fake #1 did not answer in time",
        (_, _) => new(HttpStatusCode.OK) { Content = new StreamContent(new EndlessStream(slowly: true)) });

    [Fact]
    public Task An_answer_without_end_is_cut_off() => Fails(ChainFault.Oversized, "fake #1 sent an answer of more than 1 MB",
        (_, _) => new(HttpStatusCode.OK) { Content = new StreamContent(new EndlessStream(slowly: false)) });

    [Fact]
    public Task Json_that_is_cut_off_is_said() => Fails(ChainFault.Malformed, "fake #1 sent invalid or incomplete JSON",
        (_, body) => FakeEvmNode.Ok(body[..^5]));

    [Fact]
    public Task Html_is_said() => Fails(ChainFault.Malformed, "fake #1 sent invalid or incomplete JSON", (_, _) => FakeEvmNode.Ok("<html>busy</html>"));

    [Fact]
    public Task Answers_to_other_requests_are_refused() => Fails(ChainFault.WrongId, "fake #1 answered an unknown request",
        (_, body) => FakeEvmNode.Ok(body.Replace("\"id\":1,", "\"id\":77,", StringComparison.Ordinal)));

    [Fact]
    public Task Two_answers_to_one_request_are_refused() => Fails(ChainFault.WrongId, "or the same request twice",
        (_, body) => FakeEvmNode.Ok(body.Replace("\"id\":2,", "\"id\":1,", StringComparison.Ordinal)));

    [Fact]
    public Task Missing_answers_are_said() => Fails(ChainFault.Malformed, "left 2 of 3 calls unanswered",
        (_, body) => FakeEvmNode.Ok(body[..(body.IndexOf("},", StringComparison.Ordinal) + 1)] + "]"));

    [Fact]
    public Task A_node_s_own_words_are_cut_short_and_hold_no_key() => Fails(ChainFault.Refused, "fake #1 refused the request: key … is over its quota\u0020",
        (_, _) => FakeEvmNode.Ok("""{"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"key 0123456789abcdef-secret-key is over its quota\u001b[31m"}}"""));

    [Fact]
    public Task A_node_of_another_chain_is_refused() => Fails(ChainFault.WrongChain, "fake #1 is a node of chain 5, not of 1",
        (_, body) => FakeEvmNode.Ok(body.Replace("\"result\":\"0x1\"", "\"result\":\"0x5\"", StringComparison.Ordinal)));

    [Fact]
    public Task A_block_number_that_is_none_is_refused() => Fails(ChainFault.Malformed, "a block number that is not a number",
        (_, body) => FakeEvmNode.Ok(body.Replace("\"number\":\"0x3e8\"", "\"number\":\"latest\"", StringComparison.Ordinal)));

    [Theory]
    [InlineData("number", "0x3e8")]
    [InlineData("timestamp", "0x6ae729c0")]
    public Task A_block_beyond_all_heights_and_times_is_refused(string field, string sound) => Fails(ChainFault.Malformed, "fake #1 sent block",
        (_, body) => FakeEvmNode.Ok(body.Replace($"\"{field}\":\"{sound}\"", $"\"{field}\":\"0x{new string('f', 64)}\"", StringComparison.Ordinal)));

    [Fact]
    public async Task The_second_endpoint_steps_in_and_that_is_said()
    {
        var broken = new FakeEvmNode(1) { Misbehave = (_, _) => new(HttpStatusCode.Unauthorized) };
        var client = new EvmClient("fake", 1, [broken.Endpoint(name: "fake #1"), new FakeEvmNode(1).Endpoint(name: "fake #2")]);
        Assert.Equal(1_000ul, (await client.PinAsync(default)).Block.Number);
        Assert.Equal([(ChainFault.HttpError, "fake #1 answered HTTP 401")], client.Noticed);
    }

    [Fact]
    public async Task A_node_a_hundred_blocks_behind_is_not_used_and_that_is_said()
    {
        var client = new EvmClient("fake", 1, [new FakeEvmNode(1, 900).Endpoint(name: "fake #1"), new FakeEvmNode(1).Endpoint(name: "fake #2")]);
        Assert.Equal(1_000ul, (await client.PinAsync(default)).Block.Number);
        Assert.Equal([(ChainFault.Behind, "fake #1 is 100 blocks behind; it is not used")], client.Noticed);
    }

    [Fact]
    public async Task A_node_that_claims_to_be_far_ahead_is_outvoted()
    {
        var client = new EvmClient("fake", 1,
            [new FakeEvmNode(1, 1_000_000).Endpoint(name: "fake #1"), new FakeEvmNode(1).Endpoint(name: "fake #2"), new FakeEvmNode(1, 1_001).Endpoint(name: "fake #3")]);
        Assert.Equal(1_000ul, (await client.PinAsync(default)).Block.Number);
        Assert.Empty(client.Noticed);
    }

    [Fact]
    public async Task A_node_that_lies_about_fees_is_caught_where_two_have_to_agree()
    {
        var client = new EvmClient("fake", 1,
            [new FakeEvmNode(1) { BaseFeeWei = 1 }.Endpoint(name: "fake #1"), new FakeEvmNode(1).Endpoint(name: "fake #2")], agreement: true);
        var wrong = await Assert.ThrowsAsync<ChainDataException>(() => client.PinAsync(default));
        Assert.Equal(ChainFault.Disagreement, wrong.Fault);
    }

    [Fact]
    public async Task A_node_that_lies_about_a_rate_is_caught_where_two_have_to_agree()
    {
        var contract = EvmAddress.Parse("0x000000000000000000000000000000000000dEaD");
        FakeEvmNode Node(int rate) => new FakeEvmNode(1).With(contract, "rate() returns (uint256)", _ => [new System.Numerics.BigInteger(rate)]);
        var client = new EvmClient("fake", 1, [Node(5).Endpoint(name: "fake #1"), Node(6).Endpoint(name: "fake #2")], agreement: true);
        var head = await client.PinAsync(default);
        var wrong = await Assert.ThrowsAsync<ChainDataException>(() => client.CallAsync(head.Block, [new(contract, AbiFunction.Parse("rate()").Encode())], default));
        Assert.Equal((ChainFault.Disagreement, "fake: fake #1 and fake #2 answer the same calls at the same block differently"), (wrong.Fault, wrong.Message));
    }

    [Fact]
    public async Task A_call_that_reverts_harms_no_other()
    {
        var contract = EvmAddress.Parse("0x000000000000000000000000000000000000dEaD");
        var node = new FakeEvmNode(1).With(contract, "rate() returns (uint256)", _ => [new System.Numerics.BigInteger(5)]);
        var client = node.Client();
        var head = await client.PinAsync(default);
        var returns = await client.CallAsync(head.Block, [new(contract, AbiFunction.Parse("missing()").Encode()), new(contract, AbiFunction.Parse("rate()").Encode())], default);
        Assert.Equal([false, true], returns.Select(r => r.Succeeded));
    }

    [Fact]
    public async Task Cancelling_ends_at_once()
    {
        using var stop = new CancellationTokenSource(50);
        var node = new FakeEvmNode(1) { Misbehave = (_, _) => new(HttpStatusCode.OK) { Content = new StreamContent(new EndlessStream(slowly: true)) } };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => node.Client(new EndpointLimits()).PinAsync(stop.Token));
    }

    private static async Task Fails(ChainFault fault, string message, Func<int, string, HttpResponseMessage?> misbehave, int? attempts = null)
    {
        var node = new FakeEvmNode(1) { Misbehave = misbehave };
        var wrong = await Assert.ThrowsAsync<ChainDataException>(() => node.Client(Impatient).PinAsync(default));
        Assert.Equal(fault, wrong.Fault);
        Assert.Contains(message, wrong.Message, StringComparison.Ordinal);
        for (Exception? inner = wrong; inner is not null; inner = inner.InnerException)
        {
            Assert.DoesNotContain("secret", inner.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain("node.example", inner.ToString(), StringComparison.Ordinal);
        }

        if (attempts is not null)
            Assert.Equal(attempts, node.Requests);
    }

    /// <summary>A body that breaks off.</summary>
    private sealed class BrokenStream(string text) : MemoryStream(System.Text.Encoding.UTF8.GetBytes(text))
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            await base.ReadAsync(buffer, cancellationToken) is var read and > 0 ? read : throw new IOException("reset by peer");
    }

    /// <summary>A body without end.</summary>
    private sealed class EndlessStream(bool slowly) : MemoryStream
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (slowly)
                await Task.Delay(TimeSpan.FromMilliseconds(20), cancellationToken);
            buffer.Span[..(slowly ? 1 : buffer.Length)].Fill((byte)' ');
            return slowly ? 1 : buffer.Length;
        }
    }
}
