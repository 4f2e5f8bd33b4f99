# The models of tests/published/test_independent_fits.py, fitted by software that shares no code with carerates.
# Run from this folder:   Rscript fits.R > fits.log      (writes fits.csv; about a minute)
# Needs R 4.2 with glmmTMB 1.1.5, mgcv 1.8-41 and lme4 1.1-31: Debian packages r-cran-glmmtmb, r-cran-mgcv, r-cran-lme4.

suppressMessages({library(glmmTMB); library(mgcv); library(lme4)})
d <- read.csv("panel.csv")
# factors are standardised over areas, each area once, as carerates does inside a nation
areas <- d[!duplicated(d$area_code), ]
z <- function(name) (d[[name]] - mean(areas[[name]])) / sd(areas[[name]])
d$z1 <- z("deprivation"); d$z2 <- z("lone_parents"); d$t <- d$year - mean(unique(d$year))
d$area <- factor(d$area_code); d$obs <- factor(seq_len(nrow(d)))

rows <- list()
keep <- function(software, model, quantity, estimate, error = NA)
  rows[[length(rows) + 1]] <<- data.frame(software, model, quantity, estimate = as.numeric(estimate),
                                           standard_error = as.numeric(error), row.names = NULL)
NAMES <- c("intercept", "deprivation", "lone_parents", "drift")
fixed <- function(software, model, estimates, errors) keep(software, model, NAMES, estimates, errors)

# -- negative binomial, correlated level and slope of each area ------------------------------------
g <- glmmTMB(children ~ z1 + z2 + t + (1 + t | area) + offset(log(population)), family = nbinom2, data = d)
s <- summary(g)$coefficients$cond
fixed("glmmTMB", "nb_slopes", s[, 1], s[, 2])
v <- VarCorr(g)$cond$area
keep("glmmTMB", "nb_slopes", c("sd_area", "sd_slope", "noise"),
     c(attr(v, "stddev"), 1 / sqrt(sigma(g))))

# -- negative binomial, level of each area ----------------------------------------------------------
g <- glmmTMB(children ~ z1 + z2 + t + (1 | area) + offset(log(population)), family = nbinom2, data = d)
s <- summary(g)$coefficients$cond
fixed("glmmTMB", "nb_levels", s[, 1], s[, 2])
keep("glmmTMB", "nb_levels", c("sd_area", "noise"), c(attr(VarCorr(g)$cond$area, "stddev"), 1 / sqrt(sigma(g))))
m <- gam(children ~ z1 + z2 + t + s(area, bs = "re") + offset(log(population)), family = nb(), method = "REML", data = d)
s <- summary(m)$p.table
fixed("mgcv", "nb_levels", s[, 1], s[, 2])
keep("mgcv", "nb_levels", c("sd_area", "noise"), c(gam.vcomp(m)[1, 1], 1 / sqrt(m$family$getTheta(TRUE))))

# -- Poisson with a log-normal deviation of every area and year --------------------------------------
f <- children ~ z1 + z2 + t + (1 | area) + (1 | obs) + offset(log(population))
g <- glmmTMB(f, family = poisson, data = d)
s <- summary(g)$coefficients$cond
fixed("glmmTMB", "lognormal", s[, 1], s[, 2])
keep("glmmTMB", "lognormal", c("sd_area", "noise"), sapply(VarCorr(g)$cond, function(v) attr(v, "stddev")))
g <- glmer(f, family = poisson, data = d, control = glmerControl(optimizer = "bobyqa"))
s <- summary(g)$coefficients
fixed("lme4", "lognormal", s[, 1], s[, 2])
v <- as.data.frame(VarCorr(g)); keep("lme4", "lognormal", c("sd_area", "noise"), v$sdcor[match(c("area", "obs"), v$grp)])
# mgcv refuses an effect for every count ("Model has more coefficients than data")

# -- Poisson, level of each area ----------------------------------------------------------------------
g <- glmer(children ~ z1 + z2 + t + (1 | area) + offset(log(population)), family = poisson, data = d)
s <- summary(g)$coefficients
fixed("lme4", "poisson_levels", s[, 1], s[, 2])
keep("lme4", "poisson_levels", "sd_area", attr(VarCorr(g)$area, "stddev"))

# -- binomial with a log link, level of each area ----------------------------------------------------
g <- glmmTMB(cbind(children, population - children) ~ z1 + z2 + t + (1 | area), family = binomial(link = "log"), data = d, start = list(beta = c(-4.7, 0, 0, 0)))
s <- summary(g)$coefficients$cond
fixed("glmmTMB", "binomial_levels", s[, 1], s[, 2])
keep("glmmTMB", "binomial_levels", "sd_area", attr(VarCorr(g)$cond$area, "stddev"))

# -- level of each area alike among neighbours: the areas stand in a grid of 6 rows and 10 columns ------
codes <- levels(d$area); at <- seq_along(codes) - 1
nb <- lapply(at, function(i) codes[1 + at[abs(at %/% 10 - i %/% 10) + abs(at %% 10 - i %% 10) == 1]])
names(nb) <- codes
m <- gam(children ~ z1 + z2 + t + s(area, bs = "mrf", xt = list(nb = nb)) + s(area, bs = "re") + offset(log(population)),
         family = nb(), method = "REML", data = d)
s <- summary(m)$p.table
fixed("mgcv", "nb_neighbours", s[, 1], s[, 2])
keep("mgcv", "nb_neighbours", c("edf_alike", "edf_own", "noise"), c(summary(m)$edf, 1 / sqrt(m$family$getTheta(TRUE))))

write.csv(do.call(rbind, rows), "fits.csv", row.names = FALSE)
print(sessionInfo()$otherPkgs[c("glmmTMB", "mgcv", "lme4")] |> sapply(function(p) p$Version))
print(R.version.string)
