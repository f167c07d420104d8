using Optimizer.Cli;

return await CommandLine.RunAsync(args, new Terminal());
