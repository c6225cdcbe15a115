namespace StreamSupervisor.Commands.Setup;

/// <summary>Files that hold secrets or a journal: only our user reads them, and they are there whole or not at all.</summary>
internal static class PrivateFile
{
    /// <summary>Read and written by their owner alone.</summary>
    public const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Refuses to go on where a file would be written over that nobody gave up.</summary>
    /// <exception cref="CommandException">It is there, and <paramref name="force"/> is not set.</exception>
    public static void MayWrite(string path, bool force)
    {
        if (Directory.Exists(path))
        {
            throw new CommandException($"{path} is a folder.", ExitCodes.Usage);
        }

        if (!force && File.Exists(path))
        {
            throw new CommandException($"{path} is there already. Name another one, or write over it with --force.");
        }
    }

    /// <summary>Writes a text; the folder is made where it is missing.</summary>
    /// <exception cref="CommandException">It is there without <paramref name="force"/>, or cannot be written.</exception>
    public static async Task WriteAsync(string path, string text, bool force, CancellationToken cancellation)
    {
        MayWrite(path, force);
        var part = $"{path}.{Environment.ProcessId}.part";
        try
        {
            _ = Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            await using (var file = Create(part))
            await using (var writer = new StreamWriter(file))
            {
                await writer.WriteAsync(text.AsMemory(), cancellation);
            }

            File.Move(part, path, overwrite: force);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{path} cannot be written: {failure.Message}");
        }
        finally
        {
            DeleteWhatIsLeft(part);
        }
    }

    private static void DeleteWhatIsLeft(string part)
    {
        // Its folder may be missing, which Delete would complain of.
        if (File.Exists(part))
        {
            File.Delete(part);
        }
    }

    /// <summary>A new file with <see cref="Mode"/> from its first moment.</summary>
    public static FileStream Create(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = Mode;
        }

        return new FileStream(path, options);
    }
}
