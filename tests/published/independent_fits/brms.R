# The negative binomial of test_independent_fits.py by brms (Stan), priors as in the test: draws, not modes.
# Run from this folder:   Rscript brms.R      (writes brms.csv; a minute to compile, some minutes to sample)
# Needs R 4.2 with brms 2.18 and rstan 2.21: Debian package r-cran-brms.

suppressMessages(library(brms))
# where Debian keeps the Boost headers (its package r-cran-bh points there)
rstan::rstan_options(boost_lib = "/usr/include", boost_lib2 = "/usr/include")
d <- read.csv("panel.csv")
areas <- d[!duplicated(d$area_code), ]
z <- function(name) (d[[name]] - mean(areas[[name]])) / sd(areas[[name]])
d$z1 <- z("deprivation"); d$z2 <- z("lone_parents"); d$t <- d$year - mean(unique(d$year))
d$obs <- factor(seq_len(nrow(d)))

# half-normal priors of the default Priors(): areas 0.5, noise 0.1; wide normals for the coefficients.
# The intercept is written as a column, for brms would otherwise centre the factors and shift its prior.
# noise: shape = 1 / noise^2, so a half-normal noise is written on the deviations of the Poisson model instead.
b <- brm(children ~ 0 + Intercept + z1 + z2 + t + (1 | area_code) + (1 | obs) + offset(log(population)),
         family = poisson(), data = d,
         prior = c(set_prior("normal(-4.9, 5)", class = "b", coef = "Intercept"),
                   set_prior("normal(0, 5)", class = "b"),
                   set_prior("normal(0, 0.5)", class = "sd", group = "area_code"),
                   set_prior("normal(0, 0.1)", class = "sd", group = "obs")),
         chains = 4, iter = 2000, warmup = 500, cores = 1, seed = 1, control = list(adapt_delta = 0.9), refresh = 0)
s <- posterior_summary(b, variable = c("b_Intercept", "b_z1", "b_z2", "b_t", "sd_area_code__Intercept", "sd_obs__Intercept"))
draws <- as.array(b)[, , rownames(s)]
out <- data.frame(software = "brms", model = "lognormal",
                  quantity = c("intercept", "deprivation", "lone_parents", "drift", "sd_area", "noise"),
                  mean = s[, "Estimate"], sd = s[, "Est.Error"], lower_95 = s[, "Q2.5"], upper_95 = s[, "Q97.5"],
                  effective = apply(draws, 3, posterior::ess_bulk), rhat = apply(draws, 3, posterior::rhat))
write.csv(out, "brms.csv", row.names = FALSE)
print(out)
