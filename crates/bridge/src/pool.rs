//! Threads for engines that compute in the rayon pool from which they are called.

use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::{Error, Result};

/// The threads of a session.
pub enum Pool {
    /// One: that of the caller. A pool with a thread of its own would cost a wake-up at every call, some 30 µs.
    Caller,
    /// Several, of its own.
    Own(ThreadPool),
}

thread_local! {
    /// A pool that holds just this thread; none where this thread is part of another pool, which serves as well.
    static CALLER: Option<ThreadPool> = ThreadPoolBuilder::new().num_threads(1).use_current_thread().build().ok();
}

impl Pool {
    /// So many threads.
    pub fn new(threads: usize) -> Result<Pool> {
        match threads {
            1 => Ok(Pool::Caller),
            _ => ThreadPoolBuilder::new().num_threads(threads).build().map(Pool::Own).map_err(Error::rejected),
        }
    }

    /// Call a function, whose rayon threads are these.
    pub fn install<R: Send>(&self, call: impl FnOnce() -> R + Send) -> R {
        match self {
            Pool::Own(pool) => pool.install(call),
            Pool::Caller => CALLER.with(|pool| match pool {
                Some(pool) => pool.install(call),
                None => call(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread::{self, ThreadId};

    fn seen(pool: &Pool) -> (usize, ThreadId) {
        pool.install(|| (rayon::current_num_threads(), thread::current().id()))
    }

    #[test]
    fn one_thread_is_the_callers_whoever_calls() {
        let pool = Pool::new(1).unwrap();
        assert_eq!(seen(&pool), (1, thread::current().id()));
        let elsewhere = thread::scope(|scope| scope.spawn(|| (seen(&pool), thread::current().id())).join().unwrap());
        assert_eq!(elsewhere.0, (1, elsewhere.1));
    }

    #[test]
    fn several_threads_are_the_pools_own() {
        let (threads, id) = seen(&Pool::new(3).unwrap());
        assert_eq!(threads, 3);
        assert_ne!(id, thread::current().id());
    }
}
