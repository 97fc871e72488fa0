SimulatorCommand.run(arguments: CommandLine.arguments)
