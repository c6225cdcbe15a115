using System.Data.Common;

namespace StreamSupervisor.Server.Configuration.Validation;

internal static class StorageValidator
{
    public static void Check(StorageOptions storage, Checks checks)
    {
        checks.OneOf("storage.provider", storage.Provider, "sqlite", "postgres");
        checks.Require("storage.sqlite.path", storage.Provider != "sqlite" || !string.IsNullOrWhiteSpace(storage.Sqlite.Path),
            "is empty.", "Name the database file, such as \"data/streamsupervisor.db\".");

        var connection = storage.Postgres.ConnectionString;
        if (storage.Provider == "postgres")
        {
            checks.Require("storage.postgres.connection-string", !string.IsNullOrWhiteSpace(connection), "is empty.",
                "Write \"Host=…;Database=…;Username=…;Password=…\"; storage.provider = postgres needs it.");
        }
        else
        {
            checks.Advise("storage.postgres.connection-string", string.IsNullOrWhiteSpace(connection),
                "is not used: storage.provider is not postgres.", "Set storage.provider = postgres, or take it out.");
        }

        checks.Require("storage.postgres.connection-string", IsReadable(connection), "is no list of key=value pairs.",
            "Write \"Host=…;Database=…;Username=…;Password=…\"; a value with ; or = in it stands in quotes.");
    }

    private static bool IsReadable(string connection)
    {
        try
        {
            _ = new DbConnectionStringBuilder { ConnectionString = connection };
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
