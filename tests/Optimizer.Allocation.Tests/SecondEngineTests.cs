namespace Optimizer.Allocation.Tests;

/// <summary>What ships is proven twice, by engines that share nothing but the check of the answer.</summary>
public sealed class SecondEngineTests
{
    [Theory]
    [InlineData("eth-book")]
    [InlineData("mixed-allocator")]
    [InlineData("payroll-ladder")]
    [InlineData("frozen-and-locked")]
    [InlineData("multisig")]
    [InlineData("small-book")]
    [InlineData("kelp-run")]
    public void Both_engines_find_the_same(string name)
    {
        var loaded = Gallery.Load(name);
        var result = (loaded with { Settings = loaded.Settings with { Solver = loaded.Settings.Solver with { Verify = true } } }).Solve();
        Assert.Contains("agrees", result.Certificate.Verification, StringComparison.Ordinal);
        Assert.Contains("native", result.Certificate.Verification + result.Certificate.Engine, StringComparison.Ordinal);
    }
}
