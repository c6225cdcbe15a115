namespace StreamSupervisor.Server.Configuration.Validation;

internal static class JournalValidator
{
    public static void Check(JournalOptions journal, Checks checks)
    {
        if (journal.Retention != TimeSpan.Zero)
        {
            checks.Within("journal.retention", journal.Retention, TimeSpan.FromHours(1), TimeSpan.FromDays(3650),
                "what is cleared is gone from the timeline, 0 keeps everything");
        }

        checks.AnyValue("journal.retention");
    }
}
