using System.Text;
using StreamSupervisor.Srs.Api;

namespace StreamSupervisor.Tests.Srs;

public class LenientUtf8Tests
{
    [Theory]
    [InlineData("6162")]
    [InlineData("e6b58be8af95f09f8ea5")] // characters of three and four bytes
    [InlineData("61fe62")] // a byte that is none
    [InlineData("c0af61")] // too long for what it says
    [InlineData("eda080edb080")] // halves of a pair
    [InlineData("f09f8e")] // cut off at the end
    [InlineData("f09f8e22")] // cut off before a quotation mark
    [InlineData("e282e282ac")]
    [InlineData("800080ff")]
    [InlineData("efbbbf7b7d")] // a BOM
    [InlineData("00097f1f7e")]
    public void What_cannot_be_read_becomes_what_the_framework_makes_of_it_and_control_characters_spaces(string hex)
    {
        var bytes = Convert.FromHexString(hex);
        var expected = string.Concat(Encoding.UTF8.GetString(bytes).Select(c => c is < ' ' or '\uFEFF' ? ' ' : c));
        Encoding.UTF8.GetString(LenientUtf8.Repair(bytes)).ShouldBe(expected);
    }

    [Fact]
    public void The_longest_that_it_can_become_has_room()
    {
        var repaired = LenientUtf8.Repair(Enumerable.Repeat((byte)0xFF, 1000).ToArray());
        repaired.Length.ShouldBe(LenientUtf8.MaxLength(1000));
    }
}
