// Clocks and random numbers of one thread, so that a run can be repeated to the last bit.
//
// Whatever is linked with this calls clock_gettime(2) and Swift's random numbers through it: on a thread that has begun,
// they are the simulation's; on any other thread they are the system's.
#ifndef DETERMINISM_H
#define DETERMINISM_H

#include <stdbool.h>
#include <stdint.h>

/// From now on this thread has clocks and random numbers of its own.
void determinism_begin(uint64_t seed, int64_t wallNanoseconds);
/// The system's again.
void determinism_end(void);
/// Whether this thread has its own.
bool determinism_is_on(void);
/// Lets time pass on this thread's clocks.
void determinism_advance(int64_t nanoseconds);
/// Sets this thread's wall clock forwards or back; time does not pass.
void determinism_set_wall_clock(int64_t by);


/// Ends the program, and says so of this seed, when it has worked for so many seconds; 0: never.
void determinism_watch(uint64_t seed, int seconds);

#endif
