using Akka.Actor;
using StreamSupervisor.Actors.LiveStreams;

namespace StreamSupervisor.Tests.Actors.LiveStreams;

/// <summary>The mailbox of a stream's actor keeps the order of its messages, however many wait.</summary>
public sealed class LeanMailboxTests
{
    [Fact]
    public void Messages_come_out_in_their_order_and_what_is_put_back_comes_first()
    {
        var mailbox = new LeanMailbox.Deque();
        var model = new LinkedList<int>();
        var random = new Random(7);
        for (var i = 0; i < 10_000; i++)
        {
            switch (random.Next(5))
            {
                case 0:
                    mailbox.EnqueueFirst(new Envelope(i, ActorRefs.Nobody));
                    model.AddFirst(i);
                    break;
                case 1 or 2:
                    mailbox.Enqueue(ActorRefs.Nobody, new Envelope(i, ActorRefs.Nobody));
                    model.AddLast(i);
                    break;
                default:
                    mailbox.TryDequeue(out var envelope).ShouldBe(model.Count > 0);
                    if (model.First is { } first)
                    {
                        envelope.Message.ShouldBe(first.Value);
                        model.RemoveFirst();
                    }

                    break;
            }

            (mailbox.Count, mailbox.HasMessages).ShouldBe((model.Count, model.Count > 0));
        }
    }
}
