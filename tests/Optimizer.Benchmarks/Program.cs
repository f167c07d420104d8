using BenchmarkDotNet.Running;
using Optimizer.Benchmarks;

// 'tables' prints the tables of docs/benchmarks.md in minutes; anything else goes to BenchmarkDotNet.
if (args is ["tables", ..])
    Tables.Print(args.Length > 1 ? args[1] : "all");
else if (args is ["serve", var reserves])
    ServedChains.Serve(int.Parse(reserves, System.Globalization.CultureInfo.InvariantCulture));
else
    BenchmarkSwitcher.FromAssembly(typeof(ContinuousBenchmarks).Assembly).Run(args);
