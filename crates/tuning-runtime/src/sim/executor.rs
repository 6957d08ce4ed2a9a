//! [`SimExecutor`]: one thread, virtual time, and a seeded choice of what runs next.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Wake, Waker},
    time::Duration,
};

use futures_util::future::BoxFuture;
use thiserror::Error;
use tuning_core::Seed;

use crate::executor::Executor;

/// An executor whose time is virtual and whose choices follow from a seed: which of the tasks that
/// could run runs next, and in which order timers of the same moment fire.
///
/// Time stands still while any task can run, then jumps to the next timer.
#[derive(Clone)]
pub struct SimExecutor {
    world: Arc<Mutex<World>>,
}

/// Every task waits, and no timer is left to wake one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the simulation is stuck: every task waits, and nothing is left to happen")]
pub struct Deadlock;

struct World {
    now: Duration,
    seed: Seed,
    draws: u64,
    next: u64,
    tasks: BTreeMap<u64, BoxFuture<'static, ()>>,
    /// In order of their numbers: who woke them in which order must not matter, since some channels wake at random.
    ready: BTreeSet<u64>,
    timers: BTreeMap<(Duration, u64), Waker>,
    died: bool,
}

/// The future that [`SimExecutor::run`] runs.
const MAIN: u64 = 0;

impl SimExecutor {
    /// A simulated world in which everything follows from this seed.
    #[must_use]
    pub fn new(seed: Seed) -> Self {
        Self {
            world: Arc::new(Mutex::new(World {
                // Any date will do, but not 1970: journals show it.
                now: Duration::from_secs(1_700_000_000),
                seed: seed.named("simulator"),
                draws: 0,
                next: MAIN + 1,
                tasks: BTreeMap::new(),
                ready: BTreeSet::new(),
                timers: BTreeMap::new(),
                died: false,
            })),
        }
    }

    /// The same, with another time to begin with.
    #[must_use]
    pub fn at(self, now: Duration) -> Self {
        self.lock().now = now;
        self
    }

    /// Lets the clock jump ahead, as that of a machine that was suspended: all that waited for that time is late.
    pub fn jump(&self, ahead: Duration) {
        let mut world = self.lock();
        world.now = world.now.saturating_add(ahead);
    }

    /// Runs a future, and the tasks that it spawns, until it is done. Tasks that are not done then
    /// are dropped.
    ///
    /// # Errors
    /// If nothing is left that could make progress.
    pub fn run<F: Future>(&self, main: F) -> Result<F::Output, Deadlock> {
        match self.run_for(u64::MAX, main)? {
            Some(output) => Ok(output),
            None => unreachable!("no run has that many steps"),
        }
    }

    /// Runs a future, and the tasks that it spawns, for at most this many steps: a step is what one task does between two
    /// awaits. Returns none if it was not done then, as if its process had died: nothing of it runs any more. What its
    /// tasks hold is dropped, though; [`has_died`](Self::has_died) tells a `drop` that no process would run it.
    ///
    /// # Errors
    /// If nothing is left that could make progress.
    pub fn run_for<F: Future>(&self, steps: u64, main: F) -> Result<Option<F::Output>, Deadlock> {
        let mut main = std::pin::pin!(main);
        self.lock().ready.insert(MAIN);
        let mut left = steps;
        loop {
            let Some(id) = self.choose() else {
                self.advance()?;
                continue;
            };
            let Some(fewer) = left.checked_sub(1) else {
                self.lock().died = true;
                self.clear();
                return Ok(None);
            };
            left = fewer;
            let waker = Waker::from(Arc::new(TaskWaker {
                id,
                world: Arc::clone(&self.world),
            }));
            let mut context = Context::from_waker(&waker);
            if id == MAIN {
                if let Poll::Ready(output) = main.as_mut().poll(&mut context) {
                    self.clear();
                    return Ok(Some(output));
                }
                continue;
            }
            let Some(mut task) = self.lock().tasks.remove(&id) else {
                continue; // it was woken once more after its end
            };
            if task.as_mut().poll(&mut context).is_pending() {
                self.lock().tasks.insert(id, task);
            }
        }
    }

    /// Whether [`run_for`](Self::run_for) came to its last step before it was done.
    #[must_use]
    pub fn has_died(&self) -> bool {
        self.lock().died
    }

    /// Drops all tasks, and what they wait for.
    fn clear(&self) {
        let (tasks, timers) = {
            let mut world = self.lock();
            world.ready.clear();
            (
                std::mem::take(&mut world.tasks),
                std::mem::take(&mut world.timers),
            )
        };
        // Outside the lock: what is dropped may use the world.
        drop((tasks, timers));
    }

    fn choose(&self) -> Option<u64> {
        let mut world = self.lock();
        let ready = world.ready.len();
        if ready == 0 {
            return None;
        }
        let place = world.draw(ready);
        let id = world.ready.iter().nth(place).copied()?;
        world.ready.remove(&id);
        Some(id)
    }

    /// Moves time to the next timer and wakes all that wait for that moment.
    fn advance(&self) -> Result<(), Deadlock> {
        let mut world = self.lock();
        let ((at, _), waker) = world.timers.pop_first().ok_or(Deadlock)?;
        let mut wakers = vec![waker];
        while world
            .timers
            .first_key_value()
            .is_some_and(|((next, _), _)| *next == at)
        {
            wakers.extend(world.timers.pop_first().map(|(_, waker)| waker));
        }
        world.now = world.now.max(at);
        drop(world);
        wakers.into_iter().for_each(Waker::wake);
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl World {
    fn draw(&mut self, below: usize) -> usize {
        self.draws += 1;
        let draw = self.seed.derive(self.draws).get();
        usize::try_from(draw % below as u64).unwrap_or(0)
    }
}

impl Executor for SimExecutor {
    fn spawn(&self, task: BoxFuture<'static, ()>) {
        let mut world = self.lock();
        let id = world.next;
        world.next += 1;
        world.tasks.insert(id, task);
        world.ready.insert(id);
    }

    fn spawn_blocking(&self, job: Box<dyn FnOnce() + Send>) {
        self.spawn(Box::pin(async move { job() }));
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(Sleep {
            at: self.lock().now.saturating_add(duration),
            world: Arc::clone(&self.world),
            timer: None,
        })
    }

    fn now(&self) -> Duration {
        self.lock().now
    }
}

impl fmt::Debug for SimExecutor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let world = self.lock();
        f.debug_struct("SimExecutor")
            .field("now", &world.now)
            .field("tasks", &world.tasks.len())
            .finish_non_exhaustive()
    }
}

struct TaskWaker {
    id: u64,
    world: Arc<Mutex<World>>,
}

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        let mut world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        world.ready.insert(self.id);
    }
}

struct Sleep {
    at: Duration,
    world: Arc<Mutex<World>>,
    timer: Option<u64>,
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let (world, at, timer) = (Arc::clone(&self.world), self.at, self.timer);
        let mut world = world.lock().unwrap_or_else(PoisonError::into_inner);
        if world.now >= at {
            return Poll::Ready(());
        }
        let timer = timer.unwrap_or_else(|| {
            // A random number first: timers of the same moment fire in a seeded order.
            let (draw, next) = (world.draw(1 << 20) as u64, world.next);
            world.next += 1;
            draw << 40 | next
        });
        world.timers.insert((at, timer), context.waker().clone());
        self.timer = Some(timer);
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if let Some(timer) = self.timer {
            let mut world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
            world.timers.remove(&(self.at, timer));
        }
    }
}
