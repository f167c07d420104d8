using System.Text.Json;
using Optimizer.Chains.Solana;

namespace Optimizer.Chains.Tests;

/// <summary>Real accounts of mainnet against what the protocols' own libraries make of them.</summary>
public sealed class SolanaTests
{
    [SharedDataFact("solana")]
    public void Jito_stake_pool()
    {
        var pool = StakePool.Read(Account("jito-stake-pool__glam2024"));
        Assert.Equal(Expected("jito-stake-pool", "rate"), pool.Rate, 1e-12);
        Assert.Equal(Expected("jito-stake-pool", "growthPerEpoch"), pool.GrowthPerEpoch, 1e-12);
        Assert.Equal(Math.Pow(1 + pool.GrowthPerEpoch, 182.5) - 1, pool.RatePerYear(182.5), 1e-12);
    }

    [SharedDataFact("solana")]
    public void Marinade_state() => Assert.Equal(Expected("marinade-state", "price"), Marinade.Read(Account("marinade-state__glam2024")).Rate, 1e-12);

    [SharedDataFact("solana")]
    public void Kamino_reserve()
    {
        var reserve = KaminoReserve.Read(Account("kamino-usdc-reserve__mrgn"));
        Assert.Equal(Expected("kamino-usdc-reserve", "utilisation"), reserve.Utilisation, 1e-9);
        Assert.Equal(Expected("kamino-usdc-reserve", "supplyAprAt500msSlots"), reserve.SupplyRate(0.5), 1e-9);
        Assert.Equal(Expected("kamino-usdc-reserve", "supplyAprAt400msSlots"), reserve.SupplyRate(0.4), 1e-9);
    }

    [SharedDataFact("solana")]
    public void An_account_of_another_kind_is_refused()
    {
        var wrong = Assert.Throws<ChainDataException>(() => KaminoReserve.Read(Account("marinade-state__glam2024")));
        Assert.Equal(ChainFault.UnexpectedContract, wrong.Fault);
        Assert.Contains("is no Kamino reserve: program MarBmsSgKXdrN1egZf5sqe1TMai9K1rChYNDJgjq7aD owns it", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_bytes_end_in_a_rate_or_in_an_error() => Gen.Select(Gen.Byte.Array[0, 700], Gen.Int[0, 3]).Sample((bytes, which) =>
    {
        byte[] start = which switch { 0 => [1], 1 => [1], 2 => [0x8e, 0x31, 0xa6, 0xf2, 0x32, 0x42, 0x61, 0xbc], _ => [] };
        var account = new AccountData("an account", "a program", [.. start, .. bytes]);
        try
        {
            switch (which)
            {
                case 0:
                    StakePool.Read(account);
                    break;
                case 1:
                    SaveReserve.Read(account);
                    break;
                case 2:
                    MarginfiBank.Read(account);
                    break;
                default:
                    Marinade.Read(account);
                    break;
            }
        }
        catch (ChainDataException)
        {
        }
    });

    private static AccountData Account(string name)
    {
        var dump = JsonDocument.Parse(File.ReadAllText(Path.Combine(SharedData.Find("solana")!, $"{name}.json"))).RootElement;
        var account = dump.GetProperty("account");
        return new(dump.GetProperty("pubkey").GetString()!, account.GetProperty("owner").GetString()!, Convert.FromBase64String(account.GetProperty("data")[0].GetString()!));
    }

    private static double Expected(string account, string figure) =>
        JsonDocument.Parse(File.ReadAllText(Path.Combine(SharedData.Find("solana")!, "expected.json"))).RootElement.GetProperty(account).GetProperty(figure).GetDouble();
}
