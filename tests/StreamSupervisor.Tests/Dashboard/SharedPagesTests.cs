using StreamSupervisor.Server.Dashboard;
using StreamSupervisor.TestKit.Time;

namespace StreamSupervisor.Tests.Dashboard;

public sealed class SharedPagesTests
{
    private readonly VirtualTime _time = new(RenderedPage.Now);

    [Fact]
    public async Task All_who_ask_before_a_rendering_begins_get_that_one_and_who_asks_later_gets_a_newer_one()
    {
        var pages = new SharedPages(_time);
        var (began, first) = (new List<int>(), new TaskCompletionSource<byte[]?>());
        var (one, isOnes) = pages.Next("list", () => RenderAsync(1, first.Task));
        var (two, isTwos) = pages.Next("list", () => RenderAsync(2, first.Task));
        (isOnes, isTwos).ShouldBe((true, false));
        await BeganAsync(1);

        var three = pages.Next("list", () => RenderAsync(3, Task.FromResult<byte[]?>([3]))).Page;
        var other = pages.Next("trouble", () => RenderAsync(4, Task.FromResult<byte[]?>([4]))).Page;
        (await PassedAsync(other)).ShouldBe([4], "another page waits for nobody");
        three.IsCompleted.ShouldBeFalse("one at a time");
        first.SetResult([1]);
        (await one).ShouldBe([1]);
        (await two).ShouldBe([1]);
        (await PassedAsync(three)).ShouldBe([3]);
        began.ShouldBe([1, 4, 3]);

        async Task<byte[]?> RenderAsync(int number, Task<byte[]?> done)
        {
            lock (began)
            {
                began.Add(number);
            }

            return await done;
        }

        async Task BeganAsync(int count)
        {
            while (Count() < count)
            {
                await NextAsync();
            }

            int Count()
            {
                lock (began)
                {
                    return began.Count;
                }
            }
        }
    }

    [Fact]
    public async Task Renderings_of_one_page_begin_apart_whoever_asks_how_often()
    {
        var pages = new SharedPages(_time);
        var begins = new List<DateTimeOffset>();
        for (var i = 0; i < 5; i++)
        {
            await PassedAsync(pages.Next("list", () =>
            {
                begins.Add(_time.GetUtcNow());
                return Task.FromResult<byte[]?>([]);
            }).Page);
        }

        begins.Zip(begins.Skip(1), (before, after) => after - before).ShouldAllBe(gap => gap >= SharedPages.Pace);
    }

    [Fact]
    public async Task A_rendering_that_fails_fails_for_those_who_wait_for_it_and_the_next_one_begins_all_the_same()
    {
        var pages = new SharedPages(_time);
        var failed = pages.Next("list", () => Task.FromException<byte[]?>(new OperationCanceledException())).Page;
        await Should.ThrowAsync<OperationCanceledException>(() => PassedAsync(failed));
        (await PassedAsync(pages.Next("list", () => Task.FromResult<byte[]?>([2])).Page)).ShouldBe([2]);
    }

    /// <summary>Lets time pass until it is there.</summary>
    private async Task<byte[]?> PassedAsync(Task<byte[]?> page)
    {
        while (!page.IsCompleted)
        {
            await NextAsync();
        }

        return await page;
    }

    private async Task NextAsync()
    {
        if (_time.NextDue is { } due)
        {
            _time.AdvanceTo(due);
        }

        await Task.Yield();
    }
}
