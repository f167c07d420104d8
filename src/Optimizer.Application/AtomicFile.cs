namespace Optimizer.Application;

/// <summary>Writes files atomically.</summary>
public static class AtomicFile
{
    /// <summary>Writes a temporary file and renames it: a reader sees the old content or the new, never a part.</summary>
    public static void Write(string path, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            File.WriteAllText(temporary, content);
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
