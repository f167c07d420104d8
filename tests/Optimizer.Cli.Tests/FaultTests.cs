using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;

namespace Optimizer.Cli.Tests;

/// <summary>A real node behind a proxy that misbehaves: what the person sees who takes a snapshot.</summary>
public sealed class FaultTests(FaultTests.Project project) : IClassFixture<FaultTests.Project>
{
    [NodeFact]
    public async Task A_slow_node_is_waited_for()
    {
        var (code, output) = await SnapshotAsync(proxy => proxy.Latency = TimeSpan.FromMilliseconds(200));
        Assert.Equal(0, code);
        Assert.DoesNotContain("endpoint", output, StringComparison.Ordinal);
        Assert.Contains("9 opportunities", output, StringComparison.Ordinal);
    }

    [NodeFact]
    public async Task A_node_that_is_too_slow_is_given_up()
    {
        var (code, output) = await SnapshotAsync(proxy => proxy.Latency = TimeSpan.FromMinutes(1));
        Assert.Equal(4, code);
        Assert.Contains("left out dead-chain ethereum ethereum: no endpoint is usable; ethereum #1 did not answer in time", output, StringComparison.Ordinal);
        Assert.Contains("No chain could be read; nothing was written.", output, StringComparison.Ordinal);
    }

    [NodeFact]
    public async Task A_node_that_asks_to_wait_is_asked_again()
    {
        var requests = 0;
        var (code, output) = await SnapshotAsync(proxy => proxy.Refusal = number => (requests = number) == 1 ? (HttpStatusCode.TooManyRequests, 1) : null);
        Assert.Equal(0, code);
        Assert.True(requests > 1);
        Assert.DoesNotContain("endpoint", output, StringComparison.Ordinal);
    }

    [NodeFact]
    public async Task A_node_that_has_had_enough_is_left_alone()
    {
        var (code, output) = await SnapshotAsync(proxy => proxy.Refusal = _ => (HttpStatusCode.TooManyRequests, null));
        Assert.Equal(4, code);
        Assert.Contains("dead-chain ethereum ethereum: no endpoint is usable; ethereum #1 asks for fewer requests (HTTP 429)", output, StringComparison.Ordinal);
    }

    [NodeFact]
    public async Task A_broken_node_is_replaced_by_the_next()
    {
        var (code, output) = await SnapshotAsync(proxy => proxy.Refusal = _ => (HttpStatusCode.InternalServerError, null), hasSecond: true);
        Assert.Equal(0, code);
        Assert.Contains("doubtful endpoint ethereum HttpError: ethereum #1 answered HTTP 500", output, StringComparison.Ordinal);
        Assert.Contains("9 opportunities", output, StringComparison.Ordinal);
    }

    [NodeFact]
    public async Task A_connection_that_breaks_in_the_middle_of_an_answer_is_no_answer()
    {
        var (code, output) = await SnapshotAsync(proxy => proxy.Breaks = true);
        Assert.Equal(4, code);
        Assert.Contains("dead-chain ethereum ethereum: no endpoint is usable; ethereum #1 is unreachable or disconnected", output, StringComparison.Ordinal);
    }

    [NodeFact]
    public async Task Half_an_answer_is_none()
    {
        var (code, output) = await SnapshotAsync(proxy => proxy.Answer = replies => replies.ToJsonString()[..^20]);
        Assert.Equal(4, code);
        Assert.Contains("dead-chain ethereum ethereum: no endpoint is usable; ethereum #1 sent invalid or incomplete JSON", output, StringComparison.Ordinal);
    }

    [NodeFact]
    public async Task An_answer_to_another_request_is_none()
    {
        var (code, output) = await SnapshotAsync(proxy => proxy.Answer = replies =>
        {
            replies[0]!["id"] = 999_999;
            return replies.ToJsonString();
        });
        Assert.Equal(4, code);
        Assert.Contains("dead-chain ethereum ethereum: no endpoint is usable; ethereum #1 answered an unknown request", output, StringComparison.Ordinal);
    }

    [NodeFact]
    public async Task A_node_a_hundred_blocks_behind_is_not_used()
    {
        var (code, output) = await SnapshotAsync(proxy => proxy.Answer = replies =>
        {
            foreach (var reply in replies.Where(reply => reply!["result"] is JsonObject block && block["timestamp"] is not null))
            {
                var number = ulong.Parse(reply!["result"]!["number"]!.GetValue<string>()[2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                reply["result"]!["number"] = $"0x{number - 100:x}";
            }

            return replies.ToJsonString();
        }, hasSecond: true);
        Assert.Equal(0, code);
        Assert.Contains("doubtful endpoint ethereum Behind: ethereum #1 is 100 blocks behind; it is not used", output, StringComparison.Ordinal);
        Assert.Contains("9 opportunities", output, StringComparison.Ordinal);
    }

    [NodeFact]
    public async Task A_node_that_lies_is_found_out_by_another()
    {
        // One digit of what the pool says of its rates.
        void Lie(FaultProxy proxy) => proxy.Answer = replies =>
        {
            foreach (var reply in replies.Where(reply => reply!["result"] is JsonValue value && value.GetValue<string>().Length > 10_000))
            {
                var text = reply!["result"]!.GetValue<string>();
                reply["result"] = $"{text[..5_000]}{(text[5_000] == '1' ? '2' : '1')}{text[5_001..]}";
            }

            return replies.ToJsonString();
        };
        var (code, output) = await SnapshotAsync(Lie, hasSecond: true, twoEndpoints: true);
        Assert.Equal(4, code);
        Assert.Contains("ethereum: ethereum #1 and ethereum #2 answer the same calls at the same block differently", output, StringComparison.Ordinal);
    }

    /// <summary>Takes a snapshot of the local Ethereum through a proxy.</summary>
    /// <returns>The exit code and what is printed, with single spaces.</returns>
    private async Task<(int Code, string Output)> SnapshotAsync(Action<FaultProxy> fault, bool hasSecond = false, bool twoEndpoints = false)
    {
        using var proxy = new FaultProxy(project.NodeUrl);
        fault(proxy);
        var variable = $"OPTIMIZER_RPC_FAULTS_{Guid.NewGuid():N}";
        var folder = project.Write(variable, twoEndpoints);
        Environment.SetEnvironmentVariable(variable, hasSecond ? $"{proxy.Url} {project.NodeUrl}" : proxy.Url);
        var output = new StringWriter { NewLine = "\n" };
        var snapshot = Path.Combine(folder, "snapshot.json");
        // Wide enough for a finding in one line.
        var code = await CommandLine.RunAsync(["snapshot", "--nodes-only", "--chain", "ethereum", "--judged", Path.Combine(folder, "scenarios", "snapshots", "judged.json"), "--out", snapshot, "--folder", folder], new Terminal(output, output, width: 2_000));
        var text = string.Join(' ', output.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        Assert.DoesNotContain("a-secret-key", text, StringComparison.Ordinal);
        Assert.DoesNotContain(Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories), file => file.Contains("draft", StringComparison.Ordinal));
        if (File.Exists(snapshot))
            Assert.DoesNotContain("a-secret-key", File.ReadAllText(snapshot), StringComparison.Ordinal);
        return (code, text);
    }

    /// <summary>A node, and projects that read it.</summary>
    public sealed class Project : IAsyncLifetime
    {
        private readonly string _folder = Directory.CreateTempSubdirectory("optimizer-").FullName;
        private LocalNodes? _nodes;

        public string NodeUrl => _nodes!.UrlOf("ethereum");

        public async Task InitializeAsync() => _nodes = LocalNodes.HasNode ? await LocalNodes.StartAsync(Repository.Path("tests", "nodes"), default) : null;

        public async Task DisposeAsync()
        {
            if (_nodes is not null)
                await _nodes.DisposeAsync();
            Directory.Delete(_folder, recursive: true);
        }

        public string Write(string variable, bool twoEndpoints)
        {
            var folder = Path.Combine(_folder, variable);
            DemoCommand.WriteProject(new(Repository.Root), folder, Path.Combine(folder, "scenarios", "snapshots", "judged.json"), _nodes!);
            var chain = Path.Combine(folder, "chains", "ethereum.yaml");
            File.WriteAllText(chain, File.ReadAllText(chain).Replace("OPTIMIZER_RPC_ETHEREUM", variable, StringComparison.Ordinal));
            var settings = Path.Combine(folder, "optimizer.yaml");
            var text = File.ReadAllText(settings).Replace("requestTimeout: 10 s", "requestTimeout: 2 s", StringComparison.Ordinal).Replace("twoEndpoints: false", $"twoEndpoints: {(twoEndpoints ? "true" : "false")}", StringComparison.Ordinal);
            File.WriteAllText(settings, text.Replace("maximumBlockAge: 10 min", "maximumBlockAge: 1 day", StringComparison.Ordinal));
            return folder;
        }
    }
}
