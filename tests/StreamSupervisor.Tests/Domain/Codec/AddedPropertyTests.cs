using System.Text;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Tests.Domain.Codec;

/// <summary>Events with a property that came later. The files in Golden/Added show them with it; those in Golden are still stored
/// without.</summary>
public sealed class AddedPropertyTests
{
    private static readonly DateTimeOffset Noon = new(2026, 2, 3, 12, 0, 0, TimeSpan.Zero);

    public static TheoryData<string> Files =>
        [.. Directory.GetFiles(Path.Combine(GoldenFiles.Folder, "Added"), "*.json").Select(file => Path.GetFileNameWithoutExtension(file)!)];

    [Theory]
    [MemberData(nameof(Files))]
    public void An_event_with_an_added_property_is_stored_as_its_golden_file_says(string file)
    {
        var (kind, golden) = (file.Split('.')[0], GoldenFiles.Read($"Added/{file}")!);

        var read = EventCodec.Decode(kind, Encoding.UTF8.GetBytes(golden));

        Encoding.UTF8.GetString(EventCodec.Encode(read).Payload).ShouldBe(golden);
    }

    [Fact]
    public void The_end_of_a_lock_is_read()
    {
        Read("key-locked", "Added/key-locked.until").ShouldBe(new KeyLocked(Noon, "night-shift", "rehearsal", Noon.AddMinutes(30)));
        Read("key-unlocked", "Added/key-unlocked.time-over")
            .ShouldBe(new KeyUnlocked(Noon.AddMinutes(30), "night-shift", "rehearsal", TimeOver: true));
    }

    [Fact]
    public void A_lock_that_was_stored_before_it_could_end_lasts_until_it_is_unlocked()
    {
        Read("key-locked", "key-locked").ShouldBeOfType<KeyLocked>().Until.ShouldBeNull();
        Read("key-unlocked", "key-unlocked").ShouldBeOfType<KeyUnlocked>().TimeOver.ShouldBeFalse();
    }

    private static LiveStreamEvent Read(string kind, string file) =>
        EventCodec.Decode(kind, Encoding.UTF8.GetBytes(GoldenFiles.Read(file)!));
}
