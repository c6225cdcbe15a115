namespace StreamSupervisor.IntegrationTests.Webhooks;

/// <summary>What is promised of all that a receiver took.</summary>
internal static class Promises
{
    public static void Hold(WebhookReceiver receiver)
    {
        receiver.Faults.ShouldBeEmpty();
        foreach (var key in receiver.Taken.GroupBy(message => message.Subject))
        {
            // Those that came for the first time came in order; those that came again had their old id.
            key.DistinctBy(message => message.Id).Select(message => message.Sequence).ShouldBeInOrder(SortDirection.Ascending, key.Key);
            key.GroupBy(message => message.Sequence).ShouldAllBe(same => same.Select(message => message.Id).Distinct().Count() == 1, key.Key);
        }

        receiver.Taken.GroupBy(message => message.Id).ShouldAllBe(same => same.Select(message => $"{message.Subject} {message.Sequence}").Distinct().Count() == 1);
    }
}
