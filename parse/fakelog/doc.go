// Package fakelog writes access logs of a web site that does not exist, with
// the truth about them beside.
//
// A [Site] has books with chapters. People arrive from search engines and
// links, read on from chapter to chapter, search, come back on other days; by
// day more than by night, on working days more than on weekends, in the site's
// zone. Named crawlers read pages around the clock, scanners look for what is
// not there, monitors and feed readers ask again and again. Pages have moved
// or gone, one figure is missing, the search fails while the backup runs. What
// else happens is an [Event].
//
// Visits are drawn as evenly as can be, see lattice, and programs keep to a
// schedule, so that the weeks of a site differ by what happens and not by chance.
//
// The same Site gives the same bytes, on every platform and with any number of
// workers. The text files in data say what is known about browsers, crawlers,
// scanners, referrers and books, and data/hostile.txt what a log's readers
// must survive.
//
// The profile "seed" is that of the generator with which this project began:
// random addresses, eight resources, no memory.
package fakelog
